"""What of a run has dependencies: functions, and the layers that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.settings import Function, Layer

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings


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
