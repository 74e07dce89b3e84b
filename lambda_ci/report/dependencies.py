"""Who needs whom among the distributions of a package."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from lambda_ci.model.inventory import Component, Need
    from lambda_ci.model.target import Target


def edges(components: Sequence[Component], target: Target) -> dict[str, tuple[str, ...]]:
    """By name, the names of what each distribution needs on the target, as METADATA declares it.

    Needs of an extra count where another distribution in the package asks for that extra.
    """
    there = {one.name: one for one in components}
    extras: dict[str, set[str]] = {name: {""} for name in there}
    found: dict[str, set[str]] = {name: set() for name in there}
    waiting = [(name, "") for name in there]
    while waiting:
        name, extra = waiting.pop()
        for need in _holding(there[name], there, target, extra):
            found[name].add(need.name)
            new = set(need.extras) - extras[need.name]
            extras[need.name] |= new
            waiting.extend((need.name, one) for one in sorted(new))
    return {name: tuple(sorted(needed - {name})) for name, needed in found.items()}


def tops(graph: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What nothing else needs; of those that only need each other, one, so that everything can be reached."""
    needed = {name for names in graph.values() for name in names}
    chosen = [name for name in sorted(graph) if name not in needed]
    reached = set(_reachable(graph, chosen))
    for name in sorted(graph):
        if name not in reached:
            chosen.append(name)
            reached |= set(_reachable(graph, [name]))
    return tuple(sorted(chosen))


def _holding(component: Component, there: Container[str], target: Target, extra: str) -> Iterator[Need]:
    for need in component.metadata.needs:
        if need.name in there and (not need.marker or _holds(need.marker, target, extra)):
            yield need


@cache
def _holds(marker: str, target: Target, extra: str) -> bool:
    """Remembered, because functions share their dependencies."""
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    environment = {key: str(value) for key, value in target.marker_environment.items()}
    try:
        return Marker(marker).evaluate({**environment, "extra": extra})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return False


def _reachable(graph: Mapping[str, Sequence[str]], start: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting.extend(graph[name])
