"""``lambda-ci status``: what runs on AWS now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.outcome import failure_of, result_of
from lambda_ci.verbs.settling import settle
from lambda_ci.verbs.upcoming import foretold
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.result import Past
    from lambda_ci.model.settings import Function
    from lambda_ci.verbs.world import World


class Status(AwsCommand):
    DESCRIPTION = (
        "Asks AWS for every function of the configuration: does it exist, which version does its alias run, what did it run "
        "before, and is the unpublished code ($LATEST) the same. Needs lambda:GetFunction, and for the history lambda:GetAlias and "
        "lambda:ListVersionsByFunction; builds and changes nothing."
    )

    def run(self, world: World) -> Outcome:
        from lambda_ci.report.document import document
        from lambda_ci.report.history import histories
        from lambda_ci.report.schedules import lines
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        functions = [_looked_at(function, services) for function in settings.functions]
        result = result_of("status", settings, functions, seconds=world.clock.monotonic() - started)
        result = foretold(result, settings, now=world.clock.utc())
        text = "\n\n".join(filter(None, [table(result), histories(functions), lines(result.functions)]))
        return Outcome(result=result, text=text, document=document(result))


def _looked_at(function: Function, services: Services) -> FunctionResult:
    from lambda_ci.deploy.current import observe

    result = FunctionResult(name=function.name, function_name=function.function_name)
    try:
        seen = observe(services.aws.lambda_client(), function.function_name, function.spec.alias)
        return replace(_described(result, seen), history=_history(function, services) if seen.released else ())
    except AwsError as error:
        return replace(result, failure=failure_of(error))


def _history(function: Function, services: Services) -> tuple[Past, ...]:
    """What cannot be read is said, and the rest is shown."""
    from lambda_ci.deploy.versions import past

    try:
        return past(services.aws.lambda_client(), function.function_name, function.spec.alias)
    except AwsError as error:
        services.console.line(f"the history of {function.name} is not known: {error.what}")
        return ()


def _described(result: FunctionResult, current: Current) -> FunctionResult:
    if current.latest is None:
        return result
    if current.released is None:
        return replace(result, function_arn=current.latest.function_arn, state=current.latest.state)
    same = current.released.same_content(current.latest)
    return replace(
        result,
        function_arn=current.latest.function_arn,
        alias=current.alias,
        version=current.released.version,
        state=current.released.state,
        unpublished=not same,
    )
