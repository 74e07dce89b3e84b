"""Requests checked against botocore's service model as AWS checks them: also max, pattern and enum, which botocore leaves out."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

Json = Any
JsonObject = dict[str, Json]


class AwsRefusal(Exception):
    """An error answer of AWS."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Route:
    operation: OperationModel
    method: str
    path: re.Pattern[str]
    constant: frozenset[tuple[str, str]]
    """What the query must say, where several operations share a path."""


@cache
def service_model(name: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


@cache
def routes(service: str) -> tuple[Route, ...]:
    """Every operation of a REST service; longest paths first."""
    model = service_model(service)
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        uri, _, constant = operation.http["requestUri"].partition("?")
        pattern = re.sub(r"\{(\w+)\+?\}", lambda part: f"(?P<{part[1]}>[^/]+)", uri.rstrip("/"))
        query = frozenset(parse_qsl(constant, keep_blank_values=True))
        found.append(Route(operation, operation.http["method"], re.compile(f"{pattern}/?$"), query))
    return tuple(sorted(found, key=lambda route: (-len(route.path.pattern), -len(route.constant))))


def parse(
    service: str, method: str, path: str, *, query: dict[str, str], headers: dict[str, str], body: bytes
) -> tuple[str, JsonObject]:
    """The operation and its parameters; raises ``AwsRefusal`` for what the model does not allow."""
    for route in routes(service):
        match = route.path.match(path)
        if match and route.method == method and route.constant <= query.items():
            parameters = _parameters(
                route.operation, {k: unquote(v) for k, v in match.groupdict().items()}, query, headers, body
            )
            return route.operation.name, parameters
    raise AwsRefusal(404, "UnknownOperationException", f"no operation {method} {path}")


def _parameters(
    operation: OperationModel, uri: dict[str, str], query: dict[str, str], headers: dict[str, str], body: bytes
) -> JsonObject:
    shape = operation.input_shape
    assert isinstance(shape, StructureShape)
    payload = shape.serialization.get("payload")
    parameters: JsonObject = {payload: body} if payload else _body(shape, body)
    for name, member in shape.members.items():
        place, wire = member.serialization.get("location"), member.serialization.get("name", name)
        source = {"uri": uri, "querystring": query, "header": headers}.get(place or "", {})
        key = wire.lower() if place == "header" else wire
        if place and key in source:
            parameters[name] = _typed(source[key], member.type_name)
    problems = [] if payload else violations(shape, parameters)
    if len(problems) == 1 and "' at 'runtime' failed" in problems[0]:
        raise AwsRefusal(400, "InvalidParameterValueException", problems[0])  # recorded: this one has another code
    if problems:
        count = len(problems)
        text = f"{count} validation error{'s' if count > 1 else ''} detected: {'; '.join(problems)}"
        raise AwsRefusal(400, "ValidationException", text)
    return parameters


def _typed(text: str, kind: str) -> Json:
    """What a text outside the body stands for."""
    if kind in {"integer", "long"} and text.isdecimal():
        return int(text)
    if kind == "list":
        return text.split("\n")
    return text == "true" if kind == "boolean" else text


def _body(shape: StructureShape, body: bytes) -> JsonObject:
    if not body:
        return {}
    try:
        document = json.loads(body)
    except ValueError as error:
        raise AwsRefusal(
            400, "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error
    wire = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    return {
        wire.get(key, key): _decoded(shape.members.get(wire.get(key, key)), value) for key, value in document.items()
    }


def _decoded(shape: Shape | None, value: Json) -> Json:
    if shape is not None and shape.type_name == "blob":
        return base64.b64decode(value, validate=True)
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {key: _decoded(shape.members.get(key), inner) for key, inner in value.items()}
    return value


def violations(shape: Shape, value: Json, at: str = "") -> list[str]:
    """In AWS's words."""
    kinds = {"structure": dict, "map": dict, "list": list, "string": str, "integer": int, "long": int, "boolean": bool}
    kind = kinds.get(shape.type_name)
    if kind and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        return [f"Value '{value}' at '{at}' failed to satisfy constraint: Member must be of type {shape.type_name}"]
    return [
        *_inside(shape, value, at),
        *(f"Value '{value}' at '{at}' failed to satisfy constraint: {rule}" for rule in _rules(shape, value)),
    ]


def _inside(shape: Shape, value: Json, at: str) -> list[str]:
    found: list[str] = []
    if isinstance(shape, StructureShape):
        for name in [*value, *shape.required_members]:
            path = f"{at}.{name[0].lower()}{name[1:]}".lstrip(".")
            if name not in shape.members:
                found.append(f"Value at '{path}' is not a member of the model")
            elif name not in value:
                found.append(f"Value null at '{path}' failed to satisfy constraint: Member must not be null")
            else:
                found += violations(shape.members[name], value[name], path)
    elif isinstance(shape, ListShape):
        found += [problem for item in value for problem in violations(shape.member, item, at)]
    elif isinstance(shape, MapShape):
        found += [
            problem
            for key, item in value.items()
            for problem in (*violations(shape.key, key, at), *violations(shape.value, item, at))
        ]
    return found


def _rules(shape: Shape, value: Json) -> list[str]:
    rules, found = shape.metadata, []
    numeric = shape.type_name in {"integer", "long", "float", "double"}
    size = value if numeric else len(value) if hasattr(value, "__len__") and shape.type_name != "structure" else None
    word = "value" if numeric else "length"
    if size is not None and "max" in rules and size > rules["max"]:
        found.append(f"Member must have {word} less than or equal to {rules['max']}")
    if size is not None and "min" in rules and size < rules["min"]:
        found.append(f"Member must have {word} greater than or equal to {rules['min']}")
    if rules.get("enum") and value not in rules["enum"]:
        found.append(f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]")
    if shape.type_name == "string" and rules.get("pattern") and not re.fullmatch(_python(rules["pattern"]), value):
        found.append(f"Member must satisfy regular expression pattern: {rules['pattern']}")
    return found


def _python(pattern: str) -> str:
    return pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
