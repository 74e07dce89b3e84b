"""Smoke tests: invoke the published version and compare its answers, before callers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal
from lambda_ci.model.result import SmokeResult
from lambda_ci.verify.cold_start import init_seconds
from lambda_ci.verify.expectations import failures
from lambda_ci.verify.invoke import THROTTLED, invoke
from lambda_ci.verify.payload import payloads, title

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.console import Clock
    from lambda_ci.model.result import Invocation
    from lambda_ci.model.spec.serving import SmokeCase

PATIENCE = 60.0
"""Seconds to wait, for each case, until AWS lets the function run."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
NOT_YET = {
    THROTTLED,
    "CodeArtifactUserPendingException",
    "EC2ThrottledException",
    "ENINotReadyException",
    "ResourceConflictException",
    "ResourceNotReadyException",
    "SnapStartNotReadyException",
}
"""Refusals that pass by themselves. AWS gives them before the function runs, so that asking again cannot run it twice
(https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)."""

NEW_ROLE = 20.0
"""Seconds that a role which was just made, or a grant for it, may still be unknown where functions run; the same refusals stay where
a role is wrong."""
_ASSUMED = "cannot be assumed by Lambda"


def smoke(
    cases: Sequence[SmokeCase], *, client: LambdaClient, function_arn: str, root: Path, clock: Clock
) -> tuple[SmokeResult, ...]:
    """Run every case against exactly ``function_arn`` (that of a version), one after the other; each invokes once.

    No cases, no invocation. Payload files are relative to ``root``; ``client`` is as for ``verify.invoke.invoke``.
    Raises ConfigurationError for a payload that cannot be sent, before anything is invoked; AwsError where a call was refused
    for good, or for longer than ``PATIENCE``, or its answer was lost.
    """
    results = []
    for number, (case, payload) in enumerate(zip(cases, payloads(cases, root=root), strict=True), 1):
        invocation = _invoke(client, function_arn, payload, clock)
        results.append(_result(title(case, number), case, invocation))
    return tuple(results)


def _result(name: str, case: SmokeCase, invocation: Invocation) -> SmokeResult:
    found = failures(case.expect, invocation)
    log = invocation.log_tail if found else ""
    return SmokeResult(
        name=name,
        failures=found,
        seconds=invocation.seconds,
        log_tail=log,
        init_seconds=init_seconds(invocation.log_tail),
    )


def _invoke(client: LambdaClient, function_arn: str, payload: bytes, clock: Clock) -> Invocation:
    """Invoke as soon as AWS lets the function run."""
    began = clock.monotonic()
    pause = FIRST_PAUSE
    while True:
        try:
            return invoke(client, function_arn=function_arn, payload=payload, clock=clock)
        except Refusal as refusal:
            if clock.monotonic() + pause > began + _patience(refusal):
                raise
        clock.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _patience(refusal: Refusal) -> float:
    """For how many seconds a refusal may pass by itself; 0: it does not."""
    if refusal.code in NOT_YET:
        return PATIENCE
    unknown = refusal.code == "AccessDeniedException" and _ASSUMED in refusal.message
    return NEW_ROLE if unknown or refusal.code == "KMSAccessDeniedException" else 0.0
