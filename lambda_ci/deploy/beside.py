"""One write beside the function, to what its alias carries: sent while something differs, repeated where time heals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.trouble import Persistence

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.deploy.services import Services

State = TypeVar("State")


@dataclass(frozen=True, kw_only=True)
class Work(Generic[State]):
    """``needed`` says whether anything is left to do, ``send`` makes the request and gives what is there then, ``look`` reads it."""

    subject: str
    doing: str
    needed: Callable[[State], bool]
    send: Callable[[State], State]
    look: Callable[[], State]


def carry_out(work: Work[State], state: State, services: Services) -> State:
    """What is there after the write. Raises ``AwsError``.

    A request whose answer was lost is recognised by what it left behind.
    """
    persistence = Persistence(work.subject, services)
    while work.needed(state):
        try:
            with asking(work.doing):
                return work.send(state)
        except Refusal as refusal:
            persistence.endure(refusal)
            state = work.look()
    return state
