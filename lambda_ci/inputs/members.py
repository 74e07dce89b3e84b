"""AWS's own members in the description of a function, checked against the service model and put under AWS's names.

Botocore checks types, required members and minimums before it sends; this also checks maximums, patterns and enums, and says
where in the file the value stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.inputs import wording
from lambda_ci.inputs.aws_names import REFUSED, own_fields, settable
from lambda_ci.inputs.interpolate import has_placeholder
from lambda_ci.inputs.lambda_layers import is_arn
from lambda_ci.inputs.located import Located, plain, scalars, without_empty
from lambda_ci.inputs.scalars import resolve
from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from lambda_ci.adapters.service_model import ServiceModel, Shape
    from lambda_ci.model.problem import Problem

_INTEGERS = frozenset({"integer", "long"})
_FLOATS = frozenset({"float", "double"})

_LONGEST_PATTERN = 80


@dataclass(frozen=True, kw_only=True)
class Split:
    """The description of a function, parted: lambda-ci's own fields, and AWS's members under AWS's names."""

    own: Located
    members: Mapping[str, JsonValue]


@dataclass(kw_only=True)
class Members:
    """The check. ``whole`` says whether a description is complete: parts lack required members, and are not filled in."""

    model: ServiceModel
    whole: bool
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._settable = settable(self.model)

    def split(self, function: Located) -> Split:
        """Part the description of one function; unknown keys become problems."""
        own: dict[str, Located] = {}
        members: dict[str, JsonValue] = {}
        for key, node in function.entries.items():
            if key in own_fields():
                own[key] = _secret(node) if key == "environment" else node
            elif member := self._settable.get(key):
                members[member.name] = self.value(node, member.shape)
            else:
                self.problems.append(node.key_problem(self._unknown(key)))
        self._check_tags(own.get("tags"))
        self._check_layers(own.get("layers"))
        return Split(own=replace(function, value=own) if function.entries else function, members=members)

    def value(self, node: Located, shape_name: str) -> JsonValue:
        """The value as AWS takes it, with every problem noted."""
        shape = self.model.shape(shape_name)
        node = replace(node, secret=True) if shape.sensitive else node
        if shape.type == "structure":
            return self._structure(node, shape)
        if shape.type == "list":
            return self._list(node, shape)
        if shape.type == "map":
            return self._map(node, shape)
        return self._scalar(node, shape)

    def _unknown(self, key: str) -> str:
        if key in REFUSED or kebab(key) in REFUSED:
            return f"cannot be set: {REFUSED.get(key) or REFUSED[kebab(key)]}"
        return f"unknown key{self._meant(key, [*own_fields(), *self._settable])}"

    def _structure(self, node: Located, shape: Shape) -> JsonValue:
        if not isinstance(node.value, dict):
            return self._refuse(node, wording.must_be([wording.MAPPING], node))
        names = {kebab(name): member for name, member in shape.members.items()} | dict(shape.members)
        result: dict[str, JsonValue] = {}
        for key, child in node.value.items():
            if (member := names.get(key)) is None:
                self.problems.append(
                    child.key_problem(f"unknown key{self._meant(key, [kebab(name) for name in shape.members])}")
                )
            elif member.name in result:
                self.problems.append(
                    child.key_problem(f"is here twice, as {kebab(member.name)} and as {member.name}; write one of them")
                )
            else:
                result[member.name] = self.value(child, member.shape)
        missing = [name for name in shape.required if name not in result] if self.whole else []
        self.problems.extend(node.problem("is required", missing=kebab(name)) for name in missing)
        return result

    def _list(self, node: Located, shape: Shape) -> JsonValue:
        if not isinstance(node.value, tuple):
            return self._refuse(node, wording.must_be([wording.LIST], node))
        if self._check_count(node, shape, len(node.value)):
            return None
        return [self.value(child, shape.item) for child in node.value]

    def _map(self, node: Located, shape: Shape) -> JsonValue:
        if not isinstance(node.value, dict):
            return self._refuse(node, wording.must_be([wording.MAPPING], node))
        self._check_count(node, shape, len(node.value))
        for key, child in node.value.items():
            self._check_text(
                Located(value=key, origin=child.key_origin or child.origin, key=child.key), key, shape.map_key
            )
        return {key: self.value(child, shape.map_value) for key, child in node.value.items()}

    def _scalar(self, node: Located, shape: Shape) -> JsonValue:
        if not self.whole and has_placeholder(node):
            return plain(node)
        value = resolve(node.value) if node.interpolated and isinstance(node.value, str) else node.value
        if shape.type in _INTEGERS | _FLOATS:
            return self._number(node, shape, value)
        if shape.type == "boolean":
            return value if isinstance(value, bool) else self._refuse(node, wording.must_be([wording.BOOLEAN], node))
        if not isinstance(node.value, str):
            return self._refuse(node, wording.must_be([wording.TEXT], node))
        self._check_text(node, node.value, shape.name)
        return node.value

    def _number(self, node: Located, shape: Shape, value: object) -> JsonValue:
        accepted = int if shape.type in _INTEGERS else (int, float)
        if isinstance(value, bool) or not isinstance(value, accepted):
            expected = wording.INTEGER if shape.type in _INTEGERS else wording.NUMBER
            return self._refuse(node, wording.must_be([expected], node))
        if _outside(shape, value):
            message = f"must be {wording.within(shape.minimum, shape.maximum)}{wording.not_what(node)}"
            return self._refuse(node, message)
        return value

    def _check_text(self, node: Located, text: str, shape_name: str) -> None:
        shape = self.model.shape(shape_name)
        if shape.enum and text not in shape.enum:
            self._refuse(node, wording.one_of(shape.enum, node))
        elif _outside(shape, len(text)):
            self._refuse(node, wording.counted(shape.minimum, shape.maximum, len(text), "characters"))
        elif shape.pattern and not _fits(shape.pattern, text):
            pattern = f" ({shape.pattern})" if len(shape.pattern) <= _LONGEST_PATTERN else ""
            what = wording.shown(node) or "the value"
            self._refuse(node, f"{what} does not have the form that AWS requires of a {shape.name}{pattern}")

    def _check_count(self, node: Located, shape: Shape, count: int) -> bool:
        """Whether the count is wrong, which is then all that is said."""
        is_wrong = _outside(shape, count)
        if is_wrong:
            self._refuse(node, wording.counted(shape.minimum, shape.maximum, count, "entries"))
        return is_wrong

    def _check_tags(self, tags: Located | None) -> None:
        """Tags have lambda-ci's own rules for merging, and AWS's for their form; their types are the door's business."""
        given = without_empty(tags) if tags is not None else None
        if given and all(isinstance(leaf.value, str) for leaf in scalars(given)) and given.entries:
            self.value(given, "Tags")

    def _check_layers(self, layers: Located | None) -> None:
        """What is no name of a layer must have the form of an ARN."""
        for element in layers.elements if layers is not None else ():
            if isinstance(element.value, str) and is_arn(element.value):
                self.value(element, "LayerVersionArn")

    def _meant(self, key: str, known: list[str]) -> str:
        """A suggestion takes a moment, and the hundredth helps nobody."""
        return wording.suggestion(kebab(key), known) if len(self.problems) < wording.ENOUGH else ""

    def _refuse(self, node: Located, message: str) -> JsonValue:
        self.problems.append(node.problem(message))
        return None


def _secret(node: Located) -> Located:
    """The tree with every value marked as never to be printed."""
    if isinstance(node.value, dict):
        return replace(node, secret=True, value={name: _secret(child) for name, child in node.value.items()})
    if isinstance(node.value, tuple):
        return replace(node, secret=True, value=tuple(_secret(child) for child in node.value))
    return replace(node, secret=True)


def _outside(shape: Shape, measure: float) -> bool:
    too_small = shape.minimum is not None and measure < shape.minimum
    return too_small or (shape.maximum is not None and measure > shape.maximum)


def _fits(pattern: str, text: str) -> bool:
    """Whether all of the text has the form. AWS's patterns are anchored, and know classes that Python writes otherwise."""
    for theirs, ours in ((r"\p{L}", r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d")):
        pattern = pattern.replace(theirs, ours)
    try:
        return re.fullmatch(f"(?:{pattern})", text) is not None
    except re.error:
        return True
