"""Waiting until a function is ready: a decision on what AWS says, and a loop around it.

Source: "Lambda function states" in the developer guide. A new function is Pending; an update is InProgress while State stays
Active; an Inactive function takes updates. The service sends states and reason codes that its own API does not list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from lambda_ci.deploy.live import look
from lambda_ci.deploy.writes.state_reasons import reason_advice
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services

SETTLING = 600.0
"""Seconds for a creation or an update; functions in a VPC take minutes."""
PUBLISHING = 1560.0
"""Seconds for a version: SnapStart runs its initialisation, up to 15 minutes, before it is Active."""
_USABLE = frozenset({"", "Active", "Inactive", "ActiveNonInvocable"})
_UPDATED = frozenset({"", "Successful", "Failed"})


class Readiness(Enum):
    READY = auto()
    WAITING = auto()
    FAILED = auto()


class Unusable(AwsError):
    """The function ended in the state Failed: it can never be used or changed. ``mend``: what to do about the cause."""

    def __init__(self, what: str, *, why: str, mend: str, function_name: str) -> None:
        deletion = f"aws lambda delete-function --function-name {function_name}"
        fix = f"{mend}; a function that failed on creation must be deleted ({deletion}) before it can be created again"
        super().__init__(what, why=why, fix=fix)
        self.mend = mend


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What is waited for. ``after_write``: a failed update is a failure, not the remains of an earlier one."""

    function_name: str
    qualifier: str = ""
    seconds: float = SETTLING
    after_write: bool = False

    @property
    def subject(self) -> str:
        return f"{self.function_name}{self.qualifier and ':'}{self.qualifier}"


def readiness(live: Live, *, after_write: bool) -> Readiness:
    """Whether the function can be used and changed now."""
    if live.state == "Failed" or (after_write and live.update == "Failed"):
        return Readiness.FAILED
    if live.state in _USABLE and live.update in _UPDATED:
        return Readiness.READY
    return Readiness.WAITING


def wait(waited: Wait, services: Services) -> Live:
    """The function once it is ready. Raises ``AwsError`` when it failed (``Unusable``: for good), vanished, or the deadline passed."""
    client, clock = services.aws.lambda_client(), services.clock
    deadline, rests = clock.monotonic() + waited.seconds, pauses()
    while True:
        live = look(client, waited.function_name, waited.qualifier)
        if live is None:
            raise AwsError(
                f"{waited.subject} was deleted while this run waited for it", fix="run this again to create it"
            )
        state = readiness(live, after_write=waited.after_write)
        if state is Readiness.READY:
            return live
        if state is Readiness.FAILED:
            raise _failed(waited, live)
        if clock.monotonic() >= deadline:
            raise _late(waited, live)
        clock.sleep(next(rests))


def pauses() -> Iterator[float]:
    """1 s at first, then slower, up to 5 s."""
    pause = 1.0
    while True:
        yield pause
        pause = min(5.0, pause * 1.25)


def _failed(waited: Wait, live: Live) -> AwsError:
    why, fix = reason_advice(live.state_reason if live.state == "Failed" else live.update_reason)
    if live.state == "Failed":
        return Unusable(
            f"{waited.subject} ended in the state Failed: {live.state_reason}",
            why=f"{why or 'Lambda could not prepare it.'} It will never become usable.",
            mend=fix or "mend the cause",
            function_name=waited.function_name,
        )
    return AwsError(
        f"the update of {waited.subject} failed: {live.update_reason}",
        why=f"{why or 'Lambda took the request and could not carry it out.'} The code that ran before still runs.",
        fix=f"{fix or 'mend the cause'}, and run this again",
    )


def _late(waited: Wait, live: Live) -> AwsError:
    reason = live.state_reason or live.update_reason
    seen = f"State {live.state or 'unknown'}, LastUpdateStatus {live.update or 'unknown'}{reason and f': {reason}'}"
    return AwsError(
        f"{waited.subject} is not ready after {waited.seconds:.0f} s ({seen})",
        why="Lambda is still at work on it.",
        fix="run this again: it goes on where this stopped",
    )
