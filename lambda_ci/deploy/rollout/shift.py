"""The rollout itself: one step after the other, and back on any trouble, on a signal, and for a run that was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.deploy.current import LATEST
from lambda_ci.deploy.release import check_split, promote
from lambda_ci.deploy.resources.alias import read_alias, weigh_alias
from lambda_ci.deploy.rollout.health import look, missing, trouble
from lambda_ci.deploy.rollout.mark import put_mark, read_mark, remove_mark
from lambda_ci.deploy.rollout.steps import steps
from lambda_ci.deploy.trouble import Persistence, changed_meanwhile
from lambda_ci.errors import AwsError, ConfigurationError, RollbackError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lambda_ci.deploy.current import Live
    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.rollout.health import Health
    from lambda_ci.deploy.rollout.steps import Step
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.serving import RolloutSpec

_POLL = 15.0
_SIGN_OF_LIFE = 60.0
_BLIND = 3
"""Looks in a row that may fail before the rollout is given up."""


def roll_out(release: Release, rollout: RolloutSpec, services: Services) -> Release:
    """Bring traffic to the version in the declared steps; all of it is there when this returns.

    What has no other version to split the calls with moves at once: a first release, and an alias of $LATEST. Raises
    ``VerificationError`` where the version did badly and the calls went back, ``RollbackError`` where they could not go back,
    ``AwsError`` for the rest.
    """
    planned = steps(rollout)
    if not release.moves or not planned or release.previous_version in {"", LATEST, release.version}:
        return promote(release, services)
    since = services.clock.utc()
    watch = _Watch(release, rollout, services, since=since)
    watch.begin()
    weights: Mapping[str, float] | None = None
    try:
        put_mark(release, services)
        for step in planned:
            before, weights = weights, {release.version: step.weight}
            _weigh(release, weights, services, before=before)
            services.console.line(f"{step.weight:.0%} of the calls go to version {release.version}")
            watch.over(step)
        promote(release, services, weights=weights)
    except BaseException as error:
        if _given_back(release, services, error) or not isinstance(error, AwsError):
            raise
    remove_mark(release.function_arn, services)
    return release


def settle(function_name: str, live: Live, services: Services) -> bool:
    """Take back what a killed rollout left; whether there was anything. Raises ``AwsError`` where one is still under way."""
    mark = read_mark(live.tags)
    if mark is None:
        return False
    if mark.alive(services.clock.utc()):
        raise AwsError(
            f"another run moves the alias {mark.alias} of {function_name} from version {mark.before} to {mark.after}",
            why=f"Its last sign of life is of {mark.seen:%H:%M:%S} UTC.",
            fix="wait for it; if it was killed, run this again in three minutes: then its split is taken back",
        )
    alias = read_alias(services.aws.lambda_client(), function_name, mark.alias)
    if alias is not None and alias.split:
        services.console.line(
            f"a rollout of version {mark.after} was killed: all calls of {mark.alias} go to {alias.version} again"
        )
        _write(alias, {}, services)
    remove_mark(live.function_arn, services)
    return True


class _Watch:
    """Looks at the new version while time passes."""

    def __init__(self, release: Release, rollout: RolloutSpec, services: Services, *, since: datetime) -> None:
        self._release, self._rollout, self._services = release, rollout, services
        self._since = since
        self._blind = 0
        self._signed = services.clock.monotonic()

    def begin(self) -> None:
        """Before any call goes there: the rights are there, the alarms exist and none rings."""
        health = self._look()
        if absent := missing(health, self._rollout):
            raise ConfigurationError(
                f"there is no alarm {', '.join(absent)} in {self._services.aws.region}",
                why="An alarm that does not exist never rings.",
                fix="correct rollout.alarms, or create it",
            )
        if reason := trouble(health, self._rollout):
            raise VerificationError(
                f"the rollout of version {self._release.version} of {self._release.function_name} did not begin: {reason}",
                fix=f"all calls still go to version {self._release.previous_version}; mend it, then deploy again",
            )

    def over(self, step: Step) -> None:
        """Until the step's time is over. Raises ``VerificationError`` at the first trouble."""
        clock = self._services.clock
        end = clock.monotonic() + step.seconds
        while (left := end - clock.monotonic()) > 0:
            clock.sleep(min(_POLL, left))
            self._sign()
            health = self._seen()
            if health and (reason := trouble(health, self._rollout)):
                raise VerificationError(
                    f"version {self._release.version} of {self._release.function_name} did badly with {step.weight:.0%} of the calls",
                    why=reason,
                    fix=f"all calls go to version {self._release.previous_version} again; mend the function and deploy again",
                )

    def _sign(self) -> None:
        if self._services.clock.monotonic() - self._signed >= _SIGN_OF_LIFE:
            put_mark(self._release, self._services)
            self._signed = self._services.clock.monotonic()

    def _seen(self) -> Health | None:
        """``None`` where CloudWatch does not answer; not for long."""
        try:
            health = self._look()
        except AwsError:
            self._blind += 1
            if self._blind >= _BLIND:
                raise
            return None
        self._blind = 0
        return health

    def _look(self) -> Health:
        services = self._services
        return look(
            services.aws.cloudwatch(), self._release, self._rollout, since=self._since, now=services.clock.utc()
        )


def _weigh(
    release: Release,
    weights: Mapping[str, float],
    services: Services,
    *,
    before: Mapping[str, float] | None = None,
) -> None:
    """Raises ``AwsError`` where somebody else moved the alias, or its weights are not those ``before``."""
    alias = read_alias(services.aws.lambda_client(), release.function_name, release.alias)
    if alias is None or alias.version != release.previous_version:
        where = alias.version if alias else "nowhere"
        raise changed_meanwhile(f"the alias {release.alias} of {release.function_name} (now at version {where})")
    check_split(alias, before)
    _write(alias, weights, services)


def _write(alias: Alias, weights: Mapping[str, float], services: Services) -> None:
    client = services.aws.lambda_client()
    persistence = Persistence(f"the alias {alias.name} of {alias.function_name}", services)
    seen = alias
    while not alias.splits(weights):
        try:
            weigh_alias(client, alias, weights=weights)
        except Refusal as refusal:
            persistence.endure(refusal)
            found = read_alias(client, alias.function_name, alias.name)
            if (
                found is None
                or found.version != seen.version
                or not (found.splits(seen.weights) or found.splits(weights))
            ):
                raise changed_meanwhile(f"the alias {alias.name} of {alias.function_name}") from refusal
            alias = found
        else:
            return


def _given_back(release: Release, services: Services, error: BaseException) -> bool:
    """All calls to the version before, whatever happened. ``False`` where the alias has moved as a whole already: the answer to
    that was lost. Raises ``RollbackError``."""
    try:
        alias = read_alias(services.aws.lambda_client(), release.function_name, release.alias)
        if alias is not None and alias.version == release.version and not alias.split:
            return False
        _weigh(release, {}, services)
    except AwsError as failed:
        raise RollbackError(
            f"the calls could not be given back to version {release.previous_version}: {failed.what}",
            why=f"The rollout ended because of: {str(error) or type(error).__name__}. {failed.why}",
            fix=f"run `lambda-ci rollback`, or clear the weights of the alias {release.alias} by hand",
        ) from error
    services.console.line(f"all calls of {release.alias} go to version {release.previous_version} again")
    remove_mark(release.function_arn, services)
    return True
