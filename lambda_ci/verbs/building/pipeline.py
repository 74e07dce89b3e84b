"""The order of the build stages, written once: lock → wheels → package. What comes before is in ``verbs.settings``, what follows in ``deploying``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.verbs.building.bytecode import bytecode
from lambda_ci.verbs.building.dependencies import locked, supply
from lambda_ci.verbs.building.images import packaged, with_others
from lambda_ci.verbs.building.imports import imported
from lambda_ci.verbs.building.packages import packages
from lambda_ci.verbs.building.private_indexes import with_access
from lambda_ci.verbs.building.shared_cache import shared_cache, shared_packages

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World


def build(settings: Settings, world: World, *, importing: bool = False) -> tuple[Built, ...]:
    """Build every function of the settings; ``importing``: and import its handler. What fails, fails for its functions only.
    Raises AwsError where a token of CodeArtifact cannot be had."""
    from lambda_ci.adapters.interpreter import Interpreters
    from lambda_ci.adapters.uv import Uv

    chosen = replace(settings, functions=packaged(settings))
    if not chosen.functions:
        return with_others((), settings)
    with (
        shared_cache(chosen, world) as shared,
        Interpreters(uv=Uv(world.environ), console=world.console) as interpreters,
        bytecode(chosen, interpreters, world.console, shared=shared) as compiling,
    ):
        with with_access(chosen, world) as inside:
            locks = locked(chosen, inside, shared=shared)
            others = shared_packages(chosen, locks, world, shared=shared, interpreters=interpreters)
            making = others.remaining if others else chosen
            supplies = supply(making, locks, inside, shared=shared)
        attached = compiling.attached(supplies, making)
        built = packages(chosen, attached, world, compiling=compiling, others=others)
        if importing:
            built = imported(built, chosen, world, interpreters)
    return with_others(built, settings)
