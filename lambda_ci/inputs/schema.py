"""The JSON schema of lambda-ci.yml (draft 2020-12), made from the models and Lambda's service model, for editors and validators."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.service_model import lambda_model
from lambda_ci.inputs.aws_names import settable
from lambda_ci.model.naming import kebab
from lambda_ci.model.spec.project import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.service_model import Member, ServiceModel, Shape

_HEAD: Mapping[str, JsonValue] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "lambda-ci.yml",
    "description": "The configuration of lambda-ci, version 1.",
}
_FILLED: Mapping[str, JsonValue] = {
    "type": "string",
    "pattern": r"\$\{",
    "description": "Filled from the environment: ${env:NAME} or ${env:NAME:-default}.",
}
_PLACEHOLDER = "placeholder"
_JSON_TYPES: Mapping[str, str] = {
    "string": "string",
    "blob": "string",
    "timestamp": "string",
    "boolean": "boolean",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "string": ("minLength", "maxLength"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
_LIMITING = frozenset({"pattern", "enum", "const", "minLength", "maxLength"})
_LOOSE_TYPES = frozenset({"integer", "number", "boolean"})
_TAG = re.compile(r"<[^>]*>")
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)", re.DOTALL)


def json_schema(model: ServiceModel | None = None) -> dict[str, JsonValue]:
    """The published schema. ``model`` stands in for that of the installed botocore."""
    api = model or lambda_model()
    schema: dict[str, Any] = Spec.model_json_schema(by_alias=True)
    properties = schema["$defs"]["FunctionSpec"]["properties"]
    del properties["members"]
    properties |= {name: _member(api, member) for name, member in settable(api).items()}
    in_stage = {key: value for key, value in schema["$defs"]["StagingSpec"].items() if key != "required"}
    schema["$defs"]["StageSpec"]["properties"]["staging"] = in_stage
    tidied = _tidy(schema)
    tidied["$defs"][_PLACEHOLDER] = _FILLED
    return {**_HEAD, **{key: value for key, value in tidied.items() if key not in _HEAD}}


def first_sentence(documentation: str) -> str:
    """AWS's documentation without HTML, cut after the first sentence."""
    text = " ".join(html.unescape(_TAG.sub("", documentation)).split())
    found = _SENTENCE.match(text)
    return found[1] if found else text


def _member(model: ServiceModel, member: Member) -> dict[str, Any]:
    schema = _shape(model, model.shape(member.shape))
    description = first_sentence(member.documentation)
    return {**schema, "description": description} if description else schema


def _shape(model: ServiceModel, shape: Shape) -> dict[str, Any]:
    if shape.type == "structure":
        schema = _structure(model, shape)
    elif shape.type == "list":
        schema = {"type": "array", "items": _shape(model, model.shape(shape.item))}
    elif shape.type == "map":
        schema = {"type": "object", "additionalProperties": _shape(model, model.shape(shape.map_value))}
    else:
        schema = {"type": _JSON_TYPES[shape.type]}
    bounds = zip(_BOUNDS.get(schema["type"], ()), (shape.minimum, shape.maximum), strict=False)
    schema |= {keyword: bound for keyword, bound in bounds if bound is not None}
    if shape.enum:
        schema["enum"] = list(shape.enum)
    if shape.pattern:
        schema["pattern"] = f"^(?:{shape.pattern})$"
    return schema


def _structure(model: ServiceModel, shape: Shape) -> dict[str, Any]:
    """Both spellings of a member are taken, so that ``required`` is a choice between them."""
    schemas = {name: _member(model, member) for name, member in shape.members.items()}
    properties = {key: schema for name, schema in schemas.items() for key in (kebab(name), name)}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if shape.required:
        schema["allOf"] = [{"anyOf": [{"required": [kebab(name)]}, {"required": [name]}]} for name in shape.required]
    return schema


def _tidy(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without generated titles and empty defaults; a placeholder may stand for any scalar that is not plain text."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not _is_noise(key, value)}
    tidied = {key: _tidy_keyword(key, value) for key, value in kept.items()}
    if "patternProperties" in tidied:
        tidied["additionalProperties"] = False
    return _with_placeholder(tidied) if _is_tight(tidied) else tidied


def _tidy_keyword(keyword: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if keyword in {"properties", "$defs"}:
        return {name: _tidy(part) for name, part in value.items()}
    if keyword == "patternProperties":
        return {pattern: _or_empty(_tidy(part)) for pattern, part in value.items()}
    if keyword == "additionalProperties":
        return _or_empty(_tidy(value))
    return value if keyword in {"enum", "const", "default", "propertyNames", "required"} else _tidy(value)


def _or_empty(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """A section under a name of the user's choice may be empty: ``orders:`` with nothing after it."""
    return {"anyOf": [schema, {"type": "null"}]} if isinstance(schema, dict) and "$ref" in schema else schema


def _is_noise(keyword: str, value: object) -> bool:
    is_generated = keyword == "title" and isinstance(value, str)
    return is_generated or (keyword == "default" and value is None) or (keyword == "format" and value == "path")


def _is_tight(schema: Mapping[str, Any]) -> bool:
    is_loose = schema.get("type") in _LOOSE_TYPES
    return is_loose or (schema.get("type") == "string" and not _LIMITING.isdisjoint(schema)) or "const" in schema


def _with_placeholder(schema: dict[str, Any]) -> dict[str, Any]:
    outside: dict[str, Any] = {key: schema.pop(key) for key in ("description", "default") if key in schema}
    return {"anyOf": [schema, {"$ref": f"#/$defs/{_PLACEHOLDER}"}], **outside}
