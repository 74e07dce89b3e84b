"""``lambda-ci plan``: what a deploy would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.verbs.building.images import image_maker
from lambda_ci.verbs.building.layers import announce_layers
from lambda_ci.verbs.building.pipeline import build
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.deploying.planning import Planning
from lambda_ci.verbs.matrix import SYSTEMS, fanned_out
from lambda_ci.verbs.next_runs import foretold
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    import argparse

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
        from lambda_ci.report.schedules import lines

        started = world.clock.monotonic()
        settings = settle(self, world)
        if self.matrix:
            return fanned_out(settings, world, system=self.matrix, seconds=world.clock.monotonic() - started)
        if self.comment:
            from lambda_ci.verbs.preview.plan_comment import check

            check(settings, world)
        settings, services = reach(settings, world, local=self.local, builds=True)
        built = build(settings, world)
        announce_layers(built, services, project=settings.project)
        with world.console.step("plan") as step, image_maker(settings, services, world) as maker:
            planning = Planning(maker=maker, services=services, settings=settings, world=world)
            functions = planning.all(built)
            step.failed = any(one.failure for one in functions)
        result = result_of("plan", settings, functions, seconds=world.clock.monotonic() - started)
        result = foretold(result, settings, now=world.clock.utc())
        if self.comment:
            from lambda_ci.verbs.preview.plan_comment import write

            write(result, settings, world)
        text = "\n\n".join(
            filter(None, [*(plan_text(one.plan) for one in functions if one.plan), lines(result.functions)])
        )
        return Outcome(result=result, text=text, document=document(result))
