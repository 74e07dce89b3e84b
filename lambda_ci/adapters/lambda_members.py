"""Which member of a function belongs to which operation of Lambda, as the loaded service model says.

No lists by hand: a member that AWS adds works as soon as the installed botocore knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from botocore.model import ListShape, Shape, StructureShape
    from mypy_boto3_lambda import LambdaClient
    from pydantic import JsonValue

_RENAMED = {"ImageConfig": ("ImageConfigResponse", "ImageConfig")}
"""Members that the answer keeps elsewhere."""
_ADDRESS = frozenset({"FunctionName", "RevisionId"})
"""Members of requests that say which function in which state is meant, not what it is."""


class Place(StrEnum):
    """Where a member of a function is written."""

    CONFIGURATION = "UpdateFunctionConfiguration"
    CODE = "UpdateFunctionCode"
    CREATE = "CreateFunction"
    """Only when the function is made; what has operations of its own (tags, code signing) is found here too."""


def places(client: LambdaClient) -> dict[str, Place]:
    """Every member of a function, by AWS's name."""
    found = dict.fromkeys(_input(client, Place.CREATE), Place.CREATE)
    found |= dict.fromkeys(_input(client, Place.CODE), Place.CODE)
    return found | dict.fromkeys(_input(client, Place.CONFIGURATION), Place.CONFIGURATION)


def code_members(client: LambdaClient) -> frozenset[str]:
    """What ``CreateFunction`` takes inside ``Code``."""
    return frozenset(_structure(_input(client, Place.CREATE)["Code"]))


def request_form(client: LambdaClient, answer: Mapping[str, object]) -> dict[str, JsonValue]:
    """The members in ``GetFunction``'s answer as a request would carry them; what only answers have is left out."""
    configuration, code = _mapping(answer.get("Configuration")), _mapping(answer.get("Code"))
    shapes = _input(client, Place.CODE) | _input(client, Place.CREATE)
    seen: dict[str, JsonValue] = {}
    for name, shape in shapes.items():
        outer, inner = _RENAMED.get(name, (name, ""))
        value = configuration.get(outer, code.get(outer))
        value = _mapping(value).get(inner) if inner else value
        if value is not None and name not in _ADDRESS:
            seen[name] = _trimmed(shape, value)
    return seen


def unreported(client: LambdaClient) -> frozenset[str]:
    """Members that no answer tells, so that they cannot be compared."""
    answer = _structure(client.meta.service_model.operation_model("GetFunction").output_shape)
    told = {*_structure(answer["Configuration"]), *_structure(answer["Code"]), *_RENAMED}
    return frozenset(name for name in places(client) if name not in told)


def _trimmed(shape: Shape, value: object) -> JsonValue:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = _structure(shape)
        return {name: _trimmed(members[name], inner) for name, inner in value.items() if name in members}
    if shape.type_name == "list" and isinstance(value, list):
        return [_trimmed(cast("ListShape", shape).member, inner) for inner in value]
    if shape.type_name == "string" and isinstance(value, Mapping):
        return str(value.get("Arn", ""))  # Layers: a list of ARNs in requests, of structures in answers
    if isinstance(value, Mapping):
        return {str(name): str(inner) for name, inner in value.items()}
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _input(client: LambdaClient, place: Place) -> dict[str, Shape]:
    return _structure(client.meta.service_model.operation_model(place.value).input_shape)


def _structure(shape: Shape | None) -> dict[str, Shape]:
    return dict(cast("StructureShape", shape).members)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
