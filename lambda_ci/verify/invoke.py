"""One invocation, once: a retry might run the function again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_advice import Advice
from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.dispatch import invocation
from lambda_ci.errors import AwsError
from lambda_ci.model.result import Invocation

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.console import Clock

THROTTLED = "TooManyRequestsException"
_THROTTLED = Advice(
    "The concurrency that is left to the function is used up; it did not run.",
    "raise its reserved concurrency or the account's limit, or run this again when there is less traffic",
)


def invoke(client: LambdaClient, *, function_arn: str, payload: bytes, clock: Clock) -> Invocation:
    """Call a function (name, ``name:qualifier`` or ARN) with JSON and wait for its answer, which may be a failure.

    ``client`` must make one attempt and wait longer than the function may take (``Aws.invoke_client``).
    Raises AwsError where AWS refused the call (``Refusal``: the function did not run), where the answer was lost (it may have
    run), or where something else answered.
    """
    started = clock.monotonic()
    try:
        with asking(f"invoke {function_arn}"):
            raw = invocation.invoke(client, function_arn, payload, log_tail=True)
    except Refusal as refusal:
        raise _explained(refusal) from refusal.__cause__
    if raw.executed_version is None:
        raise AwsError(
            f"could not invoke {function_arn}: the answer is not one of AWS (it does not say which version ran)",
            why="Something else answered with success: a proxy, a captive portal, or a wrong endpoint.",
            fix="check the proxy (HTTPS_PROXY) and the endpoint, then run this again",
        )
    return Invocation(
        payload=raw.payload,
        function_error=raw.function_error,
        executed_version=raw.executed_version,
        log_tail=raw.log_tail,
        seconds=clock.monotonic() - started,
    )


def _explained(refusal: Refusal) -> AwsError:
    """What the refusal means for an invocation."""
    cause = refusal.__cause__
    if cause is not None and invocation.may_have_run(cause):
        why = "The request was sent and no answer came back: the function may have run, or may be running still."
        return AwsError(refusal.what, why=why, fix="read the function's log before invoking it again")
    if refusal.code == THROTTLED:
        return Refusal(
            refusal.what, advice=_THROTTLED, code=refusal.code, status=refusal.status, message=refusal.message
        )
    return refusal
