"""Waiting until a function URL answers, so that no address is announced that does not work.

Source: Lambda developer guide, "Function URL" access control and troubleshooting: 403 where a permission is missing, 502 where
the function fails or gives no HTTP answer, 429 where it is throttled, 504 where it takes too long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.adapters.probe import Echo
    from lambda_ci.console import Clock

PATIENCE = 60.0
"""Seconds: a new permission is known everywhere after a few."""
_PAUSE = 2.0
_DENIED = "AccessDeniedException"


def wait_for(url: str, ask: Callable[[str], Echo], clock: Clock) -> Echo:
    """The first good answer: any of the function's own, below 500. Raises VerificationError where none comes in time."""
    deadline = clock.monotonic() + PATIENCE
    while True:
        echo = ask(url)
        if _good(echo):
            return echo
        if clock.monotonic() + _PAUSE > deadline:
            raise _silent(url, echo)
        clock.sleep(_PAUSE)


def _good(echo: Echo) -> bool:
    """A 403 or 404 of the function's own is an answer; one of Lambda's is not."""
    return 0 < echo.status < 500 and echo.status != 429 and not echo.refusal


def _silent(url: str, echo: Echo) -> VerificationError:
    said = f"it answers {echo.status} {echo.refusal}".rstrip() if echo.status else f"nothing answers: {echo.why}"
    why, fix = _advice(echo)
    return VerificationError(f"{url} does not work: {said}", why=why, fix=fix)


def _advice(echo: Echo) -> tuple[str, str]:
    if echo.status == 403:
        why = "Lambda refuses calls without a signature, although the URL is public: a rule of the account or the organisation may forbid it."
        return why, "look for a resource control policy that denies lambda:InvokeFunctionUrl, or use auth-type: AWS_IAM"
    if echo.status == 429:
        return "The account has no concurrency left.", "raise the account's limit, or close pull requests"
    if echo.status >= 500:
        why = "The function fails when it is asked for this path, or does not answer in the form of an HTTP answer."
        return why, "look at its log (`lambda-ci invoke` shows the end of it); `preview.path` asks for another path"
    return "", "see whether the address can be reached from here"
