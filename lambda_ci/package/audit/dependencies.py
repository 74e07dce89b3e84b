"""Dependencies that a distribution in the package declares, and that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.images import images

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lambda_ci.model.audit import Requirement
    from lambda_ci.model.target import Target


def missing(
    requirements: Mapping[str, Sequence[Requirement]], own_modules: Collection[str], *, target: Target, layers: bool
) -> tuple[str, ...]:
    """One warning per missing distribution. ``requirements``: what each distribution in the package declares.

    Only a warning: the lock may leave it out on purpose, and some dependencies are never imported.
    """
    there = requirements.keys() | images().distributions
    wanted: dict[str, list[str]] = {}
    for distribution, declared in sorted(requirements.items()):
        for name in sorted({one.name for one in _applicable(declared, there, target)}):
            if name.replace("-", "_") not in own_modules:
                wanted.setdefault(name, []).append(distribution)
    where = " (it must come with one of the layers)" if layers else ""
    return tuple(
        f"{_listed(who)} {'needs' if len(who) == 1 else 'need'} {name}, which is not in the package{where}"
        for name, who in sorted(wanted.items())
    )


def _applicable(declared: Sequence[Requirement], there: Collection[str], target: Target) -> Iterator[Requirement]:
    for one in declared:
        if one.name not in there and (not one.marker or _holds(one.marker, target)):
            yield one


def _holds(marker: str, target: Target) -> bool:
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    environment = {**{key: str(value) for key, value in target.marker_environment.items()}, "extra": ""}
    try:
        return Marker(marker).evaluate(environment)
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return False


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
