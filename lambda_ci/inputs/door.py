"""The one strict door: the merged document through the pydantic model, and every refusal in plain words with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lambda_ci.inputs import wording
from lambda_ci.inputs.located import Located, Step, plain
from lambda_ci.inputs.scalars import resolve
from lambda_ci.model.spec.project import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

    from lambda_ci.model.problem import Problem

_EXPECTED: Mapping[str, str] = {
    "string_type": wording.TEXT,
    "int_type": wording.INTEGER,
    "float_type": wording.NUMBER,
    "bool_type": wording.BOOLEAN,
    "model_type": wording.MAPPING,
    "dict_type": wording.MAPPING,
    "tuple_type": wording.LIST,
}
_SIZE = "an amount of bytes: a whole number, or a text such as 20 MB or 20 MiB"
_FORMS: Mapping[str, str] = {
    "runtime": "a Python runtime of Lambda, such as python3.13",
    "handler": "module.function, without spaces",
    "alias": "letters, digits, - and _ (not digits alone)",
    "role-to-assume": "the ARN of a role, such as arn:aws:iam::123456789012:role/deploy",
    "role-session-name": "2 to 64 letters, digits and the characters _+=,.@-",
    "endpoint-url": "an address that begins with http:// or https://",
    "allow-methods": "*, GET, HEAD, PUT, POST, PATCH or DELETE (preflight requests are always answered)",
    "on-success": "an ARN, or none",
    "application": "letters, digits and the characters +=,.@_-",
    "group": "letters, digits and the characters +=,.@_-",
    "config": "letters, digits and the characters +=,.@_-",
    "before-allow-traffic": "the name of a function, or its ARN without a version",
    "after-allow-traffic": "the name of a function, or its ARN without a version",
    "on-failure": "an ARN, or none",
    "code-signing-config-arn": "the ARN of a code signing configuration, or none",
    "repository": "the name of an ECR repository, or an address such as registry.example/team/name (no tag)",
    "image": "an image's name, such as public.ecr.aws/lambda/python:3.13",
    "base": "an image's name, such as public.ecr.aws/lambda/python:3.13",
    "image-uri": "an image's address: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG or …/NAME@sha256:DIGEST",
    "target": "the name of a stage: letters, digits, dots, - and _",
    "max-size": _SIZE,
    "max-unpacked-size": _SIZE,
    "bucket": "the name of an S3 bucket: 3 to 63 small letters, digits, dots and hyphens",
    "owner": "the number of an account, 12 digits in quotes",
    "kms-key-id": "the ARN, the id or the alias of a KMS key",
    "name": "letters, digits, dots, - and _",
    "principal": "a service, an account or an ARN, without * and spaces",
    "source-arn": "an ARN, such as arn:aws:s3:::shop-uploads",
    "event-source": "the ARN of a queue, a stream, a cluster or a broker",
    "starting-position-timestamp": "a time in UTC, such as 2026-11-21T08:00:00Z",
    "topic": "the name of a topic: letters, digits, dots, - and _",
    "consumer-group-id": "the name of a consumer group",
    "uri": "the ARN of a secret, or the name of a virtual host",
    "timezone": "a time zone, such as Europe/Berlin",
    "role": "the ARN of a role, such as arn:aws:iam::123456789012:role/scheduler",
    "start": "a local time, such as 2026-12-01T09:00:00",
    "end": "a local time, such as 2026-12-01T09:00:00",
    "dead-letter": "the ARN of a queue, such as arn:aws:sqs:eu-west-1:123456789012:late",
    "source-account": "the number of an account, 12 digits in quotes",
    "principal-org-id": "the id of an organisation, such as o-a1b2c3d4e5",
}
_NAME = "letters, digits, - and _"
_SECTIONS = frozenset({"UrlSpec", "AsyncSpec", "CodeDeploySpec", "ScheduleSpec", "EventSourceSpec"})
"""What a path of pydantic says where a value may be a section or a word."""
_CONVERTIBLE = frozenset({"int_type", "float_type", "bool_type"})


def admit(document: Located, *, whole: bool = True) -> tuple[Spec | None, list[Problem]]:
    """Validate the document. Text that was interpolated may serve as a number or a boolean.

    A file before merging is not ``whole``: what a stage lacks may stand elsewhere.
    """
    value = plain(document)
    errors = _errors(value)
    if isinstance(errors, list) and _convert(document, value, errors):
        errors = _errors(value)
    if isinstance(errors, Spec):
        return errors, []
    errors = list(_without_branches(document, errors))
    judged = [error for error in errors if whole or not _is_missing_in_part(error)]
    return None, list(_problems(document, judged))


def _is_missing_in_part(error: ErrorDetails) -> bool:
    return error["type"] == "missing" and len(error["loc"]) > 1


def _without_branches(document: Located, errors: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """A section may also be a word (`url: none`): of a mapping, only what is wrong with it as that section is told, in its place."""
    errors = list(errors)
    sections = {
        error["loc"][: error["loc"].index(step)] for error in errors for step in error["loc"] if step in _SECTIONS
    }
    for error in errors:
        section = next((path for path in sections if error["loc"][: len(path)] == path), None)
        if section is None or not isinstance(document.nearest(*section)[0].value, dict):
            yield error
        elif error["loc"][len(section)] in _SECTIONS:
            yield {**error, "loc": (*section, *error["loc"][len(section) + 1 :])}


def _errors(value: JsonValue) -> Spec | list[ErrorDetails]:
    try:
        return Spec.model_validate_json(json.dumps(value))
    except ValidationError as error:
        return error.errors(include_url=False, include_input=False)


def _convert(document: Located, value: Any, errors: Iterable[ErrorDetails]) -> bool:  # noqa: ANN401 - JSON
    """Put numbers and booleans where interpolation left text and the model wants none; says whether it did."""
    done = False
    for error in errors:
        node, rest = document.nearest(*error["loc"])
        path = error["loc"][: len(error["loc"]) - len(rest)]
        if error["type"] in _CONVERTIBLE and node.interpolated and isinstance(node.value, str) and path:
            parent = value
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]], done = resolve(node.value), True
    return done


def _problems(document: Located, errors: Iterable[ErrorDetails]) -> Iterator[Problem]:
    """One problem per value: the branches of a union are one question."""
    grouped: dict[tuple[Step, ...], list[ErrorDetails]] = {}
    for error in errors:
        _, rest = document.nearest(*error["loc"])
        is_branch = rest and error["type"] != "missing" and rest[-1] != "[key]"
        path = error["loc"][: len(error["loc"]) - len(rest)] if is_branch else error["loc"]
        grouped.setdefault(path, []).append(error)
    for index, (path, group) in enumerate(grouped.items()):
        yield _problem(document, path, group, suggest=index < wording.ENOUGH)


def _problem(document: Located, path: tuple[Step, ...], errors: list[ErrorDetails], *, suggest: bool) -> Problem:
    error = errors[0]
    node, rest = document.nearest(*path)
    if error["type"] == "missing":
        return node.problem("is required", missing=str(rest[0]) if rest else "")
    if error["type"] == "extra_forbidden":
        return node.key_problem(_unknown_key(path, suggest=suggest))
    if rest and rest[-1] == "[key]":
        key = Located(value=str(path[-2]), origin=node.key_origin or node.origin, key=node.key)
        return key.problem(_form(_NAME, key))
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    return node.problem(_message(node, name, errors))


def _unknown_key(path: tuple[Step, ...], *, suggest: bool) -> str:
    key = str(path[-1])
    return f"unknown key{wording.suggestion(key, _fields(path[:-1])) if suggest else ''}"


def _message(node: Located, name: str, errors: list[ErrorDetails]) -> str:
    if errors[0]["type"] == "dict_type" and node.origin.line is None:
        return f"must be lines KEY=VALUE, or a JSON object{wording.not_what(node)}"
    kinds = [expected for error in errors for expected in _expected(error)]
    if len(kinds) == len(errors):
        return wording.must_be(kinds, node)
    error = errors[0]
    context = error.get("ctx", {})
    if error["type"] in {"enum", "literal_error"}:
        return wording.one_of(_choices(context), node)
    if error["type"] == "string_pattern_mismatch":
        return _form(_FORMS.get(name, _NAME), node)
    return _measure(error["type"], context, node) or error["msg"].lower()


def _expected(error: ErrorDetails) -> Iterator[str]:
    if error["type"] in _EXPECTED:
        yield _EXPECTED[error["type"]]
    elif error["type"] == "literal_error" and not _choices(error["ctx"]):
        yield str(error["ctx"]["expected"]).lower()
    elif error["type"] == "literal_error" and _choices(error["ctx"]) == ["none"]:
        yield '"none"'


def _choices(context: Mapping[str, Any]) -> list[str]:
    return re.findall(r"'([^']*)'", str(context.get("expected", "")))


def _form(form: str, node: Located) -> str:
    return f"must be {form}{wording.not_what(node)}"


def _measure(kind: str, context: Mapping[str, Any], node: Located) -> str:
    """What a bound says, for numbers, texts and collections."""
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"must be {wording.within(context.get('ge'), context.get('le'))}{wording.not_what(node)}"
    if kind == "greater_than":
        return f"must be more than {context['gt']:g}{wording.not_what(node)}"
    if kind in {"string_too_short", "string_too_long", "too_short"}:
        count = len(str(node.value)) if kind != "too_short" else context["actual_length"]
        return wording.counted(context.get("min_length"), context.get("max_length"), count, "characters")
    return ""


def _fields(path: tuple[Step, ...]) -> list[str]:
    """The keys that the model at a path takes."""
    model: type[BaseModel] | None = Spec
    in_collection = False
    for step in path:
        if in_collection:
            in_collection = False
            continue
        by_key = {field.alias: field for field in model.model_fields.values()} if model else {}
        field = by_key.get(str(step))
        model, in_collection = _inner(field.annotation) if field else (None, False)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, bool]:  # noqa: ANN401 - any type may stand in an annotation
    """The model in an annotation, and whether a key or an index leads to it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    is_collection = get_origin(annotation) in {Mapping, tuple}
    found = (_inner(argument) for argument in get_args(annotation))
    model, nested = next(((model, nested) for model, nested in found if model), (None, False))
    return model, is_collection or nested
