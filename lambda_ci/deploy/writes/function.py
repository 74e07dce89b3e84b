"""One write to $LATEST: sent while something differs, repeated where time heals, and waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.writes.retry import Persistence, Trouble, trouble
from lambda_ci.deploy.writes.waiting import Wait, wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


@dataclass(frozen=True, kw_only=True)
class Write:
    """``needed`` says whether anything is left to do; ``send`` makes the request for the function as it is."""

    function_name: str
    doing: str
    needed: Callable[[Live], bool]
    send: Callable[[Live], None]
    role: str = ""
    """The one that the request names, by ARN; empty where it names none."""
    values: tuple[str, ...] = field(default=(), repr=False)
    """Of environment variables that the request carries."""


def write(work: Write, live: Live, services: Services) -> Live:
    """The function after the write, ready. Raises ``AwsError``.

    A request whose answer was lost is recognised by what it left behind, and not made twice.
    """
    persistence = Persistence(work.function_name, services, role=work.role)
    while work.needed(live):
        try:
            with asking(work.doing, values=work.values):
                work.send(live)
        except Refusal as refusal:
            live = persistence.recover(refusal, live, done=_acceptable(work, refusal))
        else:
            return wait(Wait(function_name=work.function_name, after_write=True), services)
    return live


def _acceptable(work: Write, refusal: Refusal) -> Callable[[Live], bool]:
    """What the function may have become. After waiting for another update the write is worked out anew, so anything."""
    busy = trouble(refusal) is not Trouble.CHANGED
    return lambda fresh: busy or not work.needed(fresh)
