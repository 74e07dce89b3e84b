"""``lambda-ci status``: what runs on AWS now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError
from lambda_ci.model.result import Polled
from lambda_ci.verbs.cloud import reach
from lambda_ci.verbs.command import AwsCommand
from lambda_ci.verbs.each import Each
from lambda_ci.verbs.next_runs import foretold
from lambda_ci.verbs.outcome import result_of
from lambda_ci.verbs.settings import settle
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.live import Live
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.verbs.each import Attempt
    from lambda_ci.verbs.world import World


class Status(AwsCommand):
    DESCRIPTION = (
        "Asks AWS for every function of the configuration: does it exist, which version does its alias run, what did it run "
        "before, and is the unpublished code ($LATEST) the same. Needs lambda:GetFunction, and for the history lambda:GetAlias and "
        "lambda:ListVersionsByFunction, for event sources lambda:ListEventSourceMappings; builds and changes nothing."
    )

    def run(self, world: World) -> Outcome:
        from lambda_ci.report import event_sources
        from lambda_ci.report.document import document
        from lambda_ci.report.history import histories
        from lambda_ci.report.schedules import lines
        from lambda_ci.report.table import table

        started = world.clock.monotonic()
        settings, services = reach(settle(self, world), world, local=self.local)
        functions = Each.of(settings, services).do(_look)
        result = result_of("status", settings, functions, seconds=world.clock.monotonic() - started)
        result = foretold(result, settings, now=world.clock.utc())
        text = "\n\n".join(
            filter(None, [table(result), histories(functions), lines(result.functions), event_sources.lines(functions)])
        )
        return Outcome(result=result, text=text, document=document(result))


def _look(attempt: Attempt) -> None:
    from lambda_ci.deploy.current import observe

    function, client = attempt.function, attempt.services.aws.lambda_client()
    seen = observe(client, function.function_name, function.spec.alias)
    attempt.result = _described(attempt.result, seen)
    if seen.released:
        _look_back(attempt, client)
    if seen.latest and seen.released and attempt.function.spec.mode == "full":
        _look_at_sources(attempt, seen.latest, client)


def _look_back(attempt: Attempt, client: LambdaClient) -> None:
    """What cannot be read is said, and the rest is shown."""
    from lambda_ci.deploy.resources.alias import read_alias
    from lambda_ci.deploy.versions import past

    try:
        if alias := read_alias(client, attempt.result.function_name, attempt.result.alias):
            attempt.result = replace(attempt.result, weights=alias.weights)
            attempt.result = replace(attempt.result, history=past(client, alias))
    except AwsError as error:
        attempt.services.console.line(f"the history of {attempt.function.name} is not known: {error.what}")


def _look_at_sources(attempt: Attempt, live: Live, client: LambdaClient) -> None:
    """Only where one is declared. What cannot be read is said."""
    from lambda_ci.deploy.triggers.declared import event_sources
    from lambda_ci.deploy.triggers.event_source_requests import find_event_sources

    function = attempt.function
    declared = event_sources(function)
    if not declared:
        return
    try:
        found = find_event_sources(client, f"{live.function_arn}:{function.spec.alias}")
    except AwsError as error:
        attempt.services.console.line(f"the event sources of {function.name} are not known: {error.what}")
        return
    there = (Polled(source=one.name, mapping=one.uuid, state=one.state, result=one.result) for one in found.values())
    missing = (Polled(source=one.name) for one in declared if one.name not in found)
    attempt.result = replace(attempt.result, event_sources=(*there, *missing))


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
