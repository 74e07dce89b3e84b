"""Values that know where they were written: the tree that every source of settings is read into."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, TypeAlias

from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

Scalar: TypeAlias = "str | int | float | bool | None"
Step: TypeAlias = "str | int"

_LONGEST_NAME = 80
NOWHERE = Origin(source="lambda-ci")


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """One value with its place. ``key`` is the dotted path as the user wrote it, empty for a flag's whole value."""

    value: Scalar | dict[str, Located] | tuple[Located, ...]
    origin: Origin
    key_origin: Origin | None = None
    key: str = ""
    text: str | None = None
    """A scalar as it was written, where that is not its value: ``3.10`` for the number 3.1."""
    secret: bool = False
    """Never to be printed: everything under ``environment``, and what was interpolated."""
    interpolated: bool = False

    @property
    def entries(self) -> Mapping[str, Located]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def elements(self) -> tuple[Located, ...]:
        """The elements of a list; none for anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    def at(self, *path: Step) -> Located | None:
        """The value at a path, or ``None`` where there is none."""
        node: Located | None = self
        for step in path:
            node = None if node is None else node._child(step)
        return node

    def nearest(self, *path: Step) -> tuple[Located, tuple[Step, ...]]:
        """The deepest value on a path, and the steps that lead on from there to nothing."""
        node = self
        for index, step in enumerate(path):
            child = node._child(step)
            if child is None:
                return node, path[index:]
            node = child
        return node, ()

    def _child(self, step: Step) -> Located | None:
        if isinstance(step, str):
            return self.entries.get(step)
        return self.elements[step] if 0 <= step < len(self.elements) else None

    def problem(self, message: str, *, severity: Severity = Severity.ERROR, missing: str = "") -> Problem:
        """A finding about this value; about an entry it lacks, pointing at this value's own key, when ``missing``."""
        origin = (self.key_origin or self.origin) if missing else self.origin
        return Problem(origin=origin, key=under(self.key, missing), message=message, severity=severity)

    def key_problem(self, message: str, *, severity: Severity = Severity.ERROR) -> Problem:
        """A finding about this value's key."""
        return Problem(origin=self.key_origin or self.origin, key=self.key, message=message, severity=severity)


def under(key: str, step: Step) -> str:
    """The dotted path of an entry or an element; what could disturb a log is escaped."""
    if isinstance(step, int):
        return f"{key}[{step}]"
    name = step if len(step) <= _LONGEST_NAME else step[:_LONGEST_NAME] + "…"
    name = name if name.isprintable() else json.dumps(name)
    return f"{key}.{name}" if key and name else key or name


def mapping(entries: Mapping[str, Located | None], *, like: Located | None = None) -> Located:
    """A mapping of what there is, in the place of ``like``."""
    value = {name: node for name, node in entries.items() if node is not None}
    return replace(like, value=value) if like is not None else Located(value=value, origin=NOWHERE)


def merge(*layers: Located | None) -> Located | None:
    """Later layers over earlier ones: mappings by key, everything else is replaced. In the place of the last."""
    given = [layer for layer in layers if layer is not None]
    return reduce(_over, given) if given else None


def _over(base: Located, top: Located) -> Located:
    if not (isinstance(base.value, dict) and isinstance(top.value, dict)):
        return top
    entries = dict(base.value)
    for name, node in top.value.items():
        entries[name] = _over(entries[name], node) if name in entries else node
    return replace(top, value=entries)


def without_empty(node: Located) -> Located:
    """A mapping without the entries that hold nothing: ``KEY:`` unsets what a lower layer says."""
    if not isinstance(node.value, dict):
        return node
    return replace(node, value={name: child for name, child in node.value.items() if child.value is not None})


def plain(node: Located) -> JsonValue:
    """The value alone."""
    if isinstance(node.value, dict):
        return {name: plain(child) for name, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def leaves(node: Located, key: str = "") -> Iterator[tuple[str, Located]]:
    """Every value that is no mapping, with its dotted path in this tree."""
    if not node.entries:
        yield key, node
    for name, child in node.entries.items():
        yield from leaves(child, under(key, name))


def scalars(node: Located) -> Iterator[Located]:
    """Every scalar of the tree."""
    if not isinstance(node.value, dict | tuple):
        yield node
    for child in (*node.entries.values(), *node.elements):
        yield from scalars(child)
