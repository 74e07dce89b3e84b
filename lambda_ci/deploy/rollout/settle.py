"""What another run left: a split of its own that it was killed in, or a deployment of AWS CodeDeploy that goes on without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.adapters.codedeploy import Shift
from lambda_ci.deploy.live import look
from lambda_ci.deploy.resources.alias import read_alias
from lambda_ci.deploy.rollout.following import find, follow, given_back, record, record_left, take_back
from lambda_ci.deploy.rollout.handover import group_of
from lambda_ci.deploy.rollout.mark import CREATING, read_mark, remove_mark
from lambda_ci.deploy.rollout.weights import split
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.rollout.mark import Mark
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.serving import RolloutSpec

_GIVEN_BACK = 60.0
_LISTENING = 10.0
"""Seconds between two looks for a sign of life."""
_GONE = "DeploymentDoesNotExistException"


def settle(function_name: str, live: Live, rollout: RolloutSpec, services: Services) -> bool:
    """Take back what a killed run split, or wait for what CodeDeploy still does for one; whether there was anything.

    Raises ``AwsError`` where another run is still at it.
    """
    mark = read_mark(live.tags)
    if mark is None:
        return False
    if mark.deployment:
        _settle_deployment(function_name, mark, rollout, services)
    else:
        _check_dead(function_name, mark, services)
        _clear(function_name, mark, services)
    remove_mark(live.function_arn, services)
    return True


def halt(function_name: str, alias: str, rollout: RolloutSpec, services: Services) -> str:
    """Stop the deployment of CodeDeploy that moves the calls of an alias. The version that gets all of them again; empty where
    there is no such deployment. Raises ``AwsError``."""
    live = look(services.aws.lambda_client(), function_name) if rollout.by_codedeploy else None
    mark = read_mark(live.tags) if live else None
    if live is None or mark is None or mark.alias != alias:
        return ""
    shift = _shift(function_name, mark)
    identity = _identity(mark, shift, rollout, services)
    if not identity or services.aws.codedeploy().deployment(identity).over:
        return ""
    services.console.line(f"CodeDeploy moves the calls to version {mark.after}: stopping its deployment {identity}")
    services.aws.codedeploy().stop(identity)
    if not given_back(identity, shift, services, seconds=_GIVEN_BACK):
        take_back(shift, services)
    record_left(shift, services)
    remove_mark(live.function_arn, services)
    return mark.before


def _settle_deployment(function_name: str, mark: Mark, rollout: RolloutSpec, services: Services) -> None:
    shift = _shift(function_name, mark)
    identity = _identity(mark, shift, rollout, services)
    if not identity:  # None was begun, or it is over.
        _check_dead(function_name, mark, services)
        _clear(function_name, mark, services)
        record(shift, services)
        return
    services.console.line(
        f"the deployment {identity} of CodeDeploy brings version {mark.after} to {mark.alias}: waiting for its end"
    )
    try:
        ended = follow(identity, services)
    except Refusal as refusal:
        if refusal.code != _GONE:
            raise
        _clear(function_name, mark, services)
        return
    services.console.line(f"the deployment {identity} of CodeDeploy ended: {ended.trouble or ended.status}")
    if ended.succeeded:
        record(shift, services)
    elif not given_back(identity, shift, services, seconds=_GIVEN_BACK):
        take_back(shift, services)


def _identity(mark: Mark, shift: Shift, rollout: RolloutSpec, services: Services) -> str:
    """A run that was killed while it began its deployment did not write down the id."""
    if mark.deployment != CREATING:
        return mark.deployment
    spec = rollout.by_codedeploy
    return find(shift, group_of(spec), services)[0] if spec else ""


def _shift(function_name: str, mark: Mark) -> Shift:
    return Shift(function_name=function_name, alias=mark.alias, before=mark.before, after=mark.after)


def _check_dead(function_name: str, mark: Mark, services: Services) -> None:
    """Return once nobody can be at it any more. A run that was killed a moment ago looks like one that is at it: only the next sign
    of life tells. Raises ``AwsError`` with that."""
    client, told = services.aws.lambda_client(), False
    while mark.alive(services.clock.utc()):
        if not told:
            services.console.line(
                f"a run began to move the alias {mark.alias} from version {mark.before} to {mark.after}: "
                "waiting until it gives a sign of life, or none for too long"
            )
        told = True
        services.clock.sleep(_LISTENING)
        live = look(client, function_name)
        found = read_mark(live.tags) if live else None
        if found is None:
            return
        if found != mark:
            raise AwsError(
                f"another run moves the alias {found.alias} of {function_name} from version {found.before} to {found.after}",
                why=f"Its last sign of life is of {found.seen:%H:%M:%S} UTC.",
                fix="wait for its end, and run this again",
            )


def _clear(function_name: str, mark: Mark, services: Services) -> None:
    alias = read_alias(services.aws.lambda_client(), function_name, mark.alias)
    if alias is not None and alias.split:
        services.console.line(
            f"a rollout of version {mark.after} was killed: all calls of {mark.alias} go to {alias.version} again"
        )
        split(alias, {}, services)
