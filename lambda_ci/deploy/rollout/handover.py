"""A rollout that AWS CodeDeploy makes: begun, followed to its end, and stopped on a signal.

CodeDeploy watches the alarms of its deployment group and gives the calls back by itself, also when this run is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.adapters.codedeploy import LIMIT, Group, Shift
from lambda_ci.deploy.resources.alias import read_alias
from lambda_ci.deploy.rollout.following import find, follow, given_back, record, take_back
from lambda_ci.deploy.rollout.mark import CREATING, put_mark, remove_mark
from lambda_ci.deploy.writes.retry import changed_meanwhile
from lambda_ci.errors import AwsError, RollbackError, VerificationError

if TYPE_CHECKING:
    from lambda_ci.adapters.codedeploy import Deployment
    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.serving import CodeDeploySpec

_GRACE = 6.0
"""Seconds to see the calls come back after a signal: a cancelled job has ten in all."""
_GIVEN_BACK = 60.0
"""Seconds until a deployment that failed must have given the calls back by itself."""
_PAUSE = 5.0
_TRIES = 12
"""Attempts to begin while the limit is reached and nothing is seen to be under way."""


def hand_over(release: Release, spec: CodeDeploySpec, services: Services) -> Release:
    """Have CodeDeploy bring traffic to the version; all of it is there when this returns.

    Raises ``VerificationError`` where the deployment failed or was stopped, ``RollbackError`` where the calls are not back, and
    ``AwsError`` for the rest: what has begun then goes on without this run, and the next one waits for it.
    """
    handover = _Handover(release=release, spec=spec, services=services)
    ended = handover.carry_out()
    if not ended.succeeded:
        raise handover.failed(ended)
    alias = record(handover.shift, services, init_seconds=release.init_seconds)
    if alias is None or alias.version != release.version or alias.split:
        where = f"now at version {alias.version}" if alias else "now gone"
        raise changed_meanwhile(f"the alias {release.alias} of {release.function_name} ({where})")
    remove_mark(release.function_arn, services)
    return release


def group_of(spec: CodeDeploySpec) -> Group:
    """For requests."""
    return Group(application=spec.application, name=spec.group, config=spec.config or "")


@dataclass(kw_only=True)
class _Handover:
    """One deployment of CodeDeploy. ``identity`` is its id, empty until it is known; ``asked``: it may be there all the same."""

    release: Release
    spec: CodeDeploySpec
    services: Services
    identity: str = ""
    asked: bool = False

    @cached_property
    def shift(self) -> Shift:
        hooks = {
            "BeforeAllowTraffic": self.spec.hooks.before_allow_traffic,
            "AfterAllowTraffic": self.spec.hooks.after_allow_traffic,
        }
        return Shift(
            function_name=self.release.function_name,
            alias=self.release.alias,
            before=self.release.previous_version,
            after=self.release.version,
            hooks={event: function for event, function in hooks.items() if function},
        )

    @cached_property
    def group(self) -> Group:
        return group_of(self.spec)

    def carry_out(self) -> Deployment:
        """The deployment once it is over."""
        try:
            put_mark(self.release, self.services, deployment=CREATING)
            self.identity = self._begun()
            put_mark(self.release, self.services, deployment=self.identity)
            self.services.console.line(
                f"CodeDeploy {self.spec.name} moves the calls to version {self.release.version}: deployment {self.identity}"
            )
            return follow(self.identity, self.services)
        except AwsError as error:
            if self.identity:
                raise self._goes_on(error) from error
            if not self.asked:
                remove_mark(self.release.function_arn, self.services)
            raise
        except BaseException as error:
            self._stop(error)
            raise

    def _begun(self) -> str:
        """The id of the deployment: a new one, or that of a run which was killed, or whose answer was lost."""
        unseen = 0
        while unseen < _TRIES:
            refusal: AwsError | None = None
            if self._can_begin():
                self.asked = True
                try:
                    return self.services.aws.codedeploy().create(self.group, self.shift)
                except AwsError as error:
                    refusal = self._endured(error)
            ours, other = find(self.shift, self.group, self.services)
            if ours:
                self.services.console.line(f"the deployment {ours} of CodeDeploy does this already")
                return ours
            if refusal is None:
                raise changed_meanwhile(f"the alias {self.release.alias} of {self.release.function_name}")
            if self.asked:
                raise refusal
            unseen += other is None
            self._wait_for(other)
        raise AwsError(
            f"CodeDeploy {self.spec.name} takes no deployment, and shows none that is under way ({_TRIES} looks)",
            why="A deployment group works on one deployment at a time.",
            fix="give each function a deployment group of its own, or run this again",
        )

    def _endured(self, error: AwsError) -> AwsError:
        """The refusal, where a look at the group tells more: it is busy, or it may have begun. Raises any other."""
        if isinstance(error, Refusal) and 400 <= error.status < 500:
            self.asked = False
            if error.code != LIMIT:
                raise error
        return error

    def _wait_for(self, other: Deployment | None) -> None:
        if other is None:
            self.services.clock.sleep(_PAUSE)
            return
        self.services.console.line(
            f"CodeDeploy {self.spec.name} is at work on {other.identity} ({other.description}): waiting for its end"
        )
        follow(other.identity, self.services)

    def _can_begin(self) -> bool:
        """Whether all calls go to the version before: CodeDeploy refuses anything else, but only in the deployment itself."""
        client = self.services.aws.lambda_client()
        alias = read_alias(client, self.release.function_name, self.release.alias)
        return alias is not None and alias.version == self.release.previous_version and not alias.split

    def _goes_on(self, error: AwsError) -> AwsError:
        return AwsError(
            f"CodeDeploy goes on with {self.identity}, but this run cannot follow it: {error.what}",
            why=error.why,
            fix=f"{error.fix or 'mend that'}; then run this again: it waits for the end of the deployment",
        )

    def _stop(self, error: BaseException) -> None:
        """After a signal. Raises ``RollbackError``."""
        try:
            back = self._stopped()
        except AwsError as failed:
            raise RollbackError(
                f"CodeDeploy could not be told to give the calls back to version {self.shift.before}: {failed.what}",
                why=failed.why,
                fix=f"stop it by hand: aws deploy stop-deployment --auto-rollback-enabled --deployment-id {self.identity or 'ID'}",
            ) from error
        if back:
            self.services.console.line(f"all calls of {self.shift.alias} go to version {self.shift.before}")
            remove_mark(self.release.function_arn, self.services)
        else:
            self.services.console.line(
                f"CodeDeploy is told to end {self.identity or 'what it may have begun'}; the next run looks where the calls are"
            )

    def _stopped(self) -> bool:
        """Whether all calls are where they were, for certain."""
        if self.asked and not self.identity:
            self.identity = find(self.shift, self.group, self.services)[0]
        if not self.identity:
            return not self.asked
        self.services.aws.codedeploy().stop(self.identity)
        return given_back(self.identity, self.shift, self.services, seconds=_GRACE)

    def failed(self, ended: Deployment) -> VerificationError:
        """What to raise once the calls are back. Raises ``RollbackError`` where they are not."""
        why = "; ".join([ended.trouble or ended.status, *self._failed_steps()])
        runs = self.shift.before
        try:
            if not given_back(ended.identity, self.shift, self.services, seconds=_GIVEN_BACK):
                runs = take_back(self.shift, self.services)
        except AwsError as failed:
            raise RollbackError(
                f"the calls could not be given back to version {self.shift.before}: {failed.what}",
                why=f"The deployment {ended.identity} of CodeDeploy ended: {why}. {failed.why}",
                fix=f"run `lambda-ci rollback`, or clear the weights of the alias {self.shift.alias} by hand",
            ) from failed
        remove_mark(self.release.function_arn, self.services)
        verb = "stopped" if ended.status == "Stopped" else "gave up"
        return VerificationError(
            f"CodeDeploy {verb} the deployment {ended.identity} of version {self.shift.after} of {self.shift.function_name}",
            why=why,
            fix=f"all calls of {self.shift.alias} go to version {runs}; mend the cause and deploy again",
        )

    def _failed_steps(self) -> list[str]:
        events = self.services.aws.codedeploy().events(self.identity)
        return [f"{one.name} failed: {one.message}".rstrip(": ") for one in events if one.status == "Failed"]
