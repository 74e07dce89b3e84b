"""The rollout itself: one step after the other, and back on any trouble and on a signal; or AWS CodeDeploy does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.live import LATEST
from lambda_ci.deploy.release import promote
from lambda_ci.deploy.resources.alias import read_alias
from lambda_ci.deploy.rollout.handover import hand_over
from lambda_ci.deploy.rollout.mark import put_mark, remove_mark
from lambda_ci.deploy.rollout.steps import steps
from lambda_ci.deploy.rollout.watch import Watch
from lambda_ci.deploy.rollout.weights import weigh
from lambda_ci.errors import AwsError, RollbackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.rollout.steps import Step
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.serving import RolloutSpec


def roll_out(release: Release, rollout: RolloutSpec, services: Services) -> Release:
    """Bring traffic to the version as declared; all of it is there when this returns.

    What has no other version to split the calls with moves at once: a first release, and an alias of $LATEST. Raises
    ``VerificationError`` where the version did badly and the calls went back, ``RollbackError`` where they could not go back,
    ``AwsError`` for the rest.
    """
    if not release.moves or not rollout.text:
        return promote(release, services)
    if release.previous_version in {"", LATEST, release.version}:
        services.console.line(
            f"the alias {release.alias} ran no other version: all calls move at once ({rollout.text})"
        )
        return promote(release, services)
    if rollout.by_codedeploy:
        return hand_over(release, rollout.by_codedeploy, services)
    return _step_by_step(release, rollout, services)


def _step_by_step(release: Release, rollout: RolloutSpec, services: Services) -> Release:
    watch = Watch(release, rollout, services, since=services.clock.utc())
    watch.begin()
    weights: Mapping[str, float] | None = None
    read_alias(services.aws.lambda_client(), release.function_name, release.alias)  # who may not look cannot go back
    try:
        put_mark(release, services)
        for step in steps(rollout):
            before, weights = weights, {release.version: step.weight}
            _take(step, release, services, before=before)
            watch.over(step)
        promote(release, services, weights=weights)
    except BaseException as error:
        if _given_back(release, services, error) or not isinstance(error, AwsError):
            raise
    remove_mark(release.function_arn, services)
    return release


def _take(step: Step, release: Release, services: Services, *, before: Mapping[str, float] | None) -> None:
    weigh(release, {release.version: step.weight}, services, before=before)
    services.console.line(f"{step.weight:.0%} of the calls go to version {release.version}")


def _given_back(release: Release, services: Services, error: BaseException) -> bool:
    """All calls to the version before, whatever happened. ``False`` where the alias has moved as a whole already: the answer to
    that was lost. Raises ``RollbackError``."""
    try:
        alias = read_alias(services.aws.lambda_client(), release.function_name, release.alias)
        if alias is not None and alias.version == release.version and not alias.split:
            return False
        weigh(release, {}, services)
    except AwsError as failed:
        raise RollbackError(
            f"the calls could not be given back to version {release.previous_version}: {failed.what}",
            why=f"The rollout ended because of: {str(error) or type(error).__name__}. {failed.why}",
            fix=f"run `lambda-ci rollback`, or clear the weights of the alias {release.alias} by hand",
        ) from error
    services.console.line(f"all calls of {release.alias} go to version {release.previous_version} again")
    remove_mark(release.function_arn, services)
    return True
