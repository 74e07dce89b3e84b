"""``lambda-ci plan``: what a deploy would change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.verbs.building.images import carried, image_maker
from lambda_ci.verbs.building.layers import announce_layers
from lambda_ci.verbs.building.pipeline import build
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.matrix import SYSTEMS, fanned_out
from lambda_ci.verbs.origin import check_revision
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settling import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

    from lambda_ci.deploy.services import Services
    from lambda_ci.image.maker import Maker
    from lambda_ci.model.change import Plan as Changes
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.packages import Built
    from lambda_ci.verbs.world import World


class Plan(AwsCommand):
    DESCRIPTION = (
        "Builds the packages and compares them and the configuration with what is on AWS. Needs read rights only "
        "(lambda:GetFunction and lambda:GetAlias; with layers lambda:ListLayerVersions as well), and works for functions that "
        "do not exist yet. Says too what others changed on AWS, and what a deploy makes of it."
    )

    matrix: str = ""
    comment: bool = False

    @staticmethod
    def declare(parser: argparse.ArgumentParser) -> None:
        text = "print the functions as jobs for GitHub (JSON for strategy.matrix) or GitLab (a child pipeline), and do nothing else"
        parser.add_argument("--matrix", nargs="?", const="auto", default="", choices=("auto", *SYSTEMS), help=text)
        text = "on a pull request: write the plan as a comment under it, the same one each time"
        parser.add_argument("--comment", action="store_true", help=text)
        AwsCommand.declare(parser)

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.plan import plan_text

        started = world.clock.monotonic()
        settings = settle(self, world)
        if self.matrix:
            return fanned_out(settings, world, system=self.matrix, seconds=world.clock.monotonic() - started)
        settings, services = reach(settings, world, local=self.local)
        built = build(settings, world)
        announce_layers(built, services, project=settings.project)
        with world.console.step("plan"), image_maker(settings, services, world) as maker:
            functions = [_planned(one, maker, services, settings) for one in built]
        result = result_of("plan", settings, functions, seconds=world.clock.monotonic() - started)
        if self.comment:
            from lambda_ci.verbs.preview.plan_comment import write

            write(result, settings, world)
        text = "\n\n".join(plan_text(one.plan) for one in functions if one.plan)
        return Outcome(result=result, text=text, document=document(result))


def _planned(built: Built, maker: Maker, services: Services, settings: Settings) -> FunctionResult:
    try:
        plan = _plan(built, maker, services, settings)
    except LambdaCiError as error:
        return replace(built.result, failure=failure_of(error))
    return replace(built.result, plan=plan, changed=plan.changed) if plan else built.result


def _plan(built: Built, maker: Maker, services: Services, settings: Settings) -> Changes | None:
    from lambda_ci.deploy import changes, current, deployed, desired
    from lambda_ci.deploy.around import with_alias
    from lambda_ci.deploy.resources.layer import look_for_layers

    package = carried(built, maker, services, write=False)
    if package is None:
        return None
    wanted = desired.desired(built.function, package, project=settings.project, layers=built.layers)
    present = look_for_layers(wanted, current.read(services.aws, wanted), services)
    revision = present.latest.revision_id if present.latest else ""
    check_revision(settings, function_name=wanted.function_name, revision=revision)
    plan = changes.plan(wanted, present, staging=services.staging)
    return with_alias(deployed.with_difference(plan, wanted, present, services), present, services)
