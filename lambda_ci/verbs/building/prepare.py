"""What is made of wheels before they are packaged, once for all packages that want the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.verbs.world import World

SYMBOLS = "debug-symbols"


def preparation(part: Function | Layer) -> frozenset[str]:
    """What a function or a layer wants to be made of its wheels."""
    return frozenset({SYMBOLS}.intersection(part.spec.package.slim))


def prepared(wheels: Sequence[Wheel], wanted: Collection[str], world: World) -> Sequence[Wheel]:
    """The wheels with the overlays that are wanted."""
    if SYMBOLS not in wanted:
        return wheels
    from lambda_ci.wheels.stripping.overlay import without_symbols

    return without_symbols(wheels, console=world.console)
