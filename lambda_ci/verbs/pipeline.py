"""The order of the build stages, written once: inputs → lock → wheels → package. What follows is in ``deploy``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.verbs.bytecode import bytecode
from lambda_ci.verbs.images import packaged, with_others
from lambda_ci.verbs.imports import imported
from lambda_ci.verbs.packages import packages
from lambda_ci.verbs.private import with_access
from lambda_ci.verbs.supply import supply

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.packages import Built
    from lambda_ci.verbs.world import World


def settle(command: Command, world: World) -> Settings:
    """The inputs stage: every source merged and checked. Warnings are shown, problems raised all at once."""
    from lambda_ci.inputs.settings import Sources, load

    sources = Sources(flags=command.flags, inputs=world.inputs, environ=world.environ, cwd=world.cwd)
    settings = load(sources, today=world.today)
    for warning in settings.warnings:
        world.console.problem(warning)
    if not settings.changed_since:
        return settings
    from lambda_ci.verbs.affected import select

    return select(settings, sources, world)


def build(settings: Settings, world: World, *, importing: bool = False) -> tuple[Built, ...]:
    """Build every function of the settings; ``importing``: and import its handler. What fails, fails for its functions only.
    Raises AwsError where a token of CodeArtifact cannot be had."""
    from lambda_ci.adapters.interpreter import Interpreters
    from lambda_ci.adapters.uv import Uv

    chosen = replace(settings, functions=packaged(settings))
    if not chosen.functions:
        return with_others((), settings)
    with with_access(chosen, world) as inside:
        supplies = supply(chosen, inside)
    with (
        Interpreters(uv=Uv(world.environ), console=world.console) as interpreters,
        bytecode(chosen, interpreters, world.console) as compiling,
    ):
        built = packages(chosen, compiling.attached(supplies, chosen), world, compiling=compiling)
        if importing:
            built = imported(built, chosen, world, interpreters)
    return with_others(built, settings)
