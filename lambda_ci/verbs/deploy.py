"""``lambda-ci deploy``: build, update, publish, smoke-test the version, then move the alias."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.verbs.building.images import image_maker
from lambda_ci.verbs.building.layers import announce_layers
from lambda_ci.verbs.building.pipeline import build
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.deploying.deployment import Deployment
from lambda_ci.verbs.deploying.releasing import all_or_none, each
from lambda_ci.verbs.next_runs import foretold
from lambda_ci.verbs.origin import record_of
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.world import World


class Deploy(AwsCommand):
    DESCRIPTION = (
        "Creates or updates the functions (only what is declared), publishes a version, invokes that version with the smoke "
        "tests, and moves the alias only when they pass. Nothing to change: nothing is written, exit code 0. "
        "Exit code 5: AWS refused; 6: the smoke test failed and the alias stayed; 7: going back failed as well."
    )

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.schedules import lines
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local, builds=True)
        functions = delivered(build(settings, world, importing=True), settings, services, world)
        result = result_of("deploy", settings, functions, seconds=world.clock.monotonic() - started)
        result = foretold(result, settings, now=world.clock.utc())
        text = "\n\n".join(filter(None, [table(result), lines(result.functions)]))
        return Outcome(result=result, text=text, document=document(result))


def delivered(
    built: Sequence[Built],
    settings: Settings,
    services: Services,
    world: World,
    *,
    guard: Callable[[Current], None] | None = None,
) -> list[FunctionResult]:
    """Deploy what was built; what fails, fails for its function. ``guard``: see ``Deployment``."""
    services = services if services.record.commit else replace(services, record=record_of(settings, world))
    announce_layers(built, services, project=settings.project)
    with image_maker(settings, services, world) as maker:
        deployments = [
            Deployment(
                built=one,
                maker=maker,
                world=world,
                settings=settings,
                services=services,
                result=one.result if one.result.failure else replace(one.result, alias=one.function.spec.alias),
                guard=guard,
            )
            for one in built
        ]
        if settings.rollback_all:
            return all_or_none(deployments, console=world.console)
        return each(deployments, console=world.console, fail_fast=settings.fail_fast)
