"""The smoke tests of a published version, before any traffic goes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError, VerificationError
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.release import Release
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Plan
    from lambda_ci.model.result import SmokeResult
    from lambda_ci.model.settings import Function, Settings


def tested(function: Function, release: Release, settings: Settings, services: Services) -> tuple[SmokeResult, ...]:
    """How the version answers the function's smoke tests."""
    from lambda_ci.verify.smoke import smoke

    return tuple(
        smoke(
            function.spec.smoke,
            client=services.aws.invoke_client(release.timeout),
            function_arn=release.version_arn,
            root=settings.root,
            clock=services.clock,
        )
    )


def check_callable(function: Function, plan: Plan, present: Current) -> None:
    """Raises AwsError where the function is stopped and stays so, and a new version could not be tested."""
    stopped = present.latest is not None and present.latest.reserved_concurrency == 0
    if not (stopped and function.spec.smoke and plan.find(Resource.VERSION)) or _lifted(function):
        return
    raise AwsError(
        f"{plan.function_name} is stopped (its reserved concurrency is 0), so that no new version of it can be tested",
        why="Smoke tests are calls as well, and a version that was not tested gets no traffic.",
        fix="start it again for this deployment (`reserved-concurrency: none`, or a number), or take `smoke` out",
    )


def _lifted(function: Function) -> bool:
    return function.spec.mode == "full" and function.spec.reserved_concurrency not in {0, None}


def check(
    results: Sequence[SmokeResult],
    release: Release,
    services: Services,
    *,
    fix: str = "mend the function and deploy again",
) -> None:
    """Raises VerificationError where a test failed; the logs of those are shown first."""
    failed = [one for one in results if not one.passed]
    for one in failed:
        services.console.untrusted(one.log_tail)
    if failed:
        raise VerificationError(
            f"version {release.version} of {release.function_name} failed {len(failed)} of {len(results)} smoke tests",
            why="\n".join(f"{one.name}: {'; '.join(one.failures)}" for one in failed),
            fix=f"{_traffic(release)}; {fix}",
        )


def _traffic(release: Release) -> str:
    if release.previous_version:
        return f"the alias {release.alias} still runs version {release.previous_version}"
    return f"the alias {release.alias} was not created"
