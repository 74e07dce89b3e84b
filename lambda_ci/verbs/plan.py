"""``lambda-ci plan``: what a deploy would change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.pipeline import build, settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Plan as Changes
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.verbs.pipeline import Built
    from lambda_ci.verbs.world import World


class Plan(AwsCommand):
    DESCRIPTION = (
        "Builds the packages and compares them and the configuration with what is on AWS. Needs read rights only "
        "(lambda:GetFunction), and works for functions that do not exist yet."
    )

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.plan import plan_text

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        built = build(settings, world)
        with world.console.step("plan"):
            functions = [_planned(one, services, project=settings.project) for one in built]
        result = result_of("plan", settings, functions, seconds=world.clock.monotonic() - started)
        text = "\n\n".join(plan_text(one.plan) for one in functions if one.plan)
        return Outcome(result=result, text=text, document=document(result))


def _planned(built: Built, services: Services, *, project: str) -> FunctionResult:
    try:
        plan = _plan(built, services, project=project)
    except LambdaCiError as error:
        return replace(built.result, failure=failure_of(error))
    return replace(built.result, plan=plan, changed=plan.changed) if plan else built.result


def _plan(built: Built, services: Services, *, project: str) -> Changes | None:
    from lambda_ci.deploy import changes, current, desired

    if built.package is None:
        return None
    wanted = desired.desired(built.function, built.package, project=project)
    return changes.plan(wanted, current.read(services.aws, wanted), staging=services.staging)
