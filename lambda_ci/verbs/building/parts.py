"""What of a run has dependencies: functions, and the layers that they name; and what they can share of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.settings import Function, Layer
from lambda_ci.verbs.building.prepare import preparation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambda_ci.lock.selection import Selection
    from lambda_ci.model.artifact import Lock, Wheel
    from lambda_ci.model.settings import Settings
    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.model.target import Target

    Locked = tuple[Path | None, Target, Selection, BuildSpec]
    Dependencies = tuple[Path | None, Target, Selection, BuildSpec, frozenset[str]]
    Supply = tuple[Lock, Sequence[Wheel]]


def declared(function: Function, settings: Settings) -> tuple[Layer | str, ...]:
    """The function's ``layers`` in order: those of the project, built for the function's target, and ARNs."""
    return tuple(
        name if ":" in name else settings.layers[name].built_for(function.spec.target)
        for name in function.spec.layers or ()
    )


def used(settings: Settings) -> tuple[Layer, ...]:
    """The layers of the project that the functions name, each once for each target."""
    found = (one for function in settings.functions for one in declared(function, settings) if isinstance(one, Layer))
    return tuple(dict.fromkeys(found))


def parts(settings: Settings) -> tuple[Function | Layer, ...]:
    """Everything with dependencies of its own; not what brings an image, which lambda-ci does not look into."""
    packaged = (function for function in settings.functions if function.spec.is_packaged)
    return (*packaged, *used(settings))


def known_as(part: Function | Layer) -> str:
    """``orders``, ``layer deps``."""
    return part.name if isinstance(part, Function) else f"layer {part.name}"


def selection_of(part: Function | Layer, *, frozen: bool = False) -> Selection:
    """What a function or a layer takes of its dependency file."""
    from lambda_ci.lock.selection import Selection

    return Selection(groups=part.spec.groups, extras=part.spec.extras, frozen=frozen)


def dependencies(part: Function | Layer) -> Dependencies:
    """What functions and layers that share it need only once."""
    return (*locked_as(part), preparation(part))


def locked_as(part: Function | Layer) -> Locked:
    """What functions and layers that share it need only one lock for."""
    return part.requirements, part.spec.target, selection_of(part), part.spec.build
