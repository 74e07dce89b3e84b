"""The watch over a new version while it has a part of the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.rollout.health import look, missing, trouble
from lambda_ci.deploy.rollout.mark import put_mark
from lambda_ci.errors import AwsError, ConfigurationError, VerificationError

if TYPE_CHECKING:
    from datetime import datetime

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.rollout.health import Health
    from lambda_ci.deploy.rollout.steps import Step
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.serving import RolloutSpec

_POLL = 15.0
_SIGN_OF_LIFE = 60.0
_BLIND = 3
"""Looks in a row that may fail before the rollout is given up."""


class Watch:
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
