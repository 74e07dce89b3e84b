"""The first stage of every verb: the settings, every source of them merged and checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.verbs.command import AwsCommand

if TYPE_CHECKING:
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.world import World


def settle(command: Command, world: World, *, preview: bool = False) -> Settings:
    """The inputs stage: every source merged and checked. Warnings are shown, problems raised all at once. ``preview``: those of a
    pull request's preview."""
    from lambda_ci.inputs.settings import Sources, load

    sources = Sources(flags=command.flags, inputs=world.inputs, environ=world.environ, cwd=world.cwd, preview=preview)
    if isinstance(command, AwsCommand):
        from lambda_ci.verbs.existing_function import adopted

        sources = replace(sources, deployed=adopted(sources, command, world))
    settings = load(sources, today=world.today)
    for secret in sorted(settings.secrets):
        world.console.mask(secret)
    for warning in settings.warnings:
        world.console.problem(warning)
    if not settings.changed_since:
        return settings
    from lambda_ci.verbs.affected import select

    return select(settings, sources, world)
