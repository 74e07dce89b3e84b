"""GitHub's own examples of events, and its description of the API, by which requests and answers are judged."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "github"
_JUDGES: dict[int, Draft202012Validator] = {}
"""By the part of the description, which stays as long as the program runs."""


def example(name: str) -> Any:  # noqa: ANN401 - JSON
    """An event as GitHub sends it."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@cache
def description() -> dict[str, Any]:
    """The operations that are served, as OpenAPI has them."""
    found: dict[str, Any] = example("api.github.com")
    return found


def operation_of(path: str) -> tuple[str, dict[str, str]]:
    """The path of the description that this one is, and its parameters; empty where it is none."""
    for template in description()["paths"]:
        if found := re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path):
            return template, found.groupdict()
    return "", {}


def wrong(operation: Mapping[str, Any], query: Mapping[str, str], body: object) -> list[str]:
    """What of a request is not as described, unknown names included."""
    parameters = [_resolved(one) for one in operation["parameters"]]
    known = {one["name"]: one["schema"] for one in parameters if one["in"] == "query"}
    problems = [f"no parameter {name}" for name in query if name not in known]
    for name, schema in known.items():
        if name in query:
            value = int(query[name]) if schema.get("type") == "integer" else query[name]
            problems += [error.message for error in errors(schema, value)]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        problems += [error.message for error in errors(schema, body)]
        problems += (
            [f"no member {name}" for name in body or () if name not in schema["properties"]]
            if isinstance(body, dict)
            else []
        )
    return problems


def _resolved(one: dict[str, Any]) -> dict[str, Any]:
    found: Any = description()
    for part in one.get("$ref", "#").split("/")[1:]:
        found = found[part]
    return found if "$ref" in one else one


def errors(schema: Mapping[str, Any], value: object) -> list[Any]:
    """What of a value is not as described."""
    if id(schema) not in _JUDGES:
        whole = {"components": description()["components"], **schema}
        _JUDGES[id(schema)] = Draft202012Validator(whole)
    return list(_JUDGES[id(schema)].iter_errors(value))
