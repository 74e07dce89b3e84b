"""One write beside the function, to its alias or what that carries: sent while something differs, repeated where time heals."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.writes.retry import Persistence
from lambda_ci.errors import AwsError

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
        except AwsError as error:
            if _is_refused(error, persistence):
                return _left_behind(error, work)
            state = work.look()
    return state


def _is_refused(error: AwsError, persistence: Persistence) -> bool:
    """Whether another attempt is useless. Raises the error where nothing can have been done."""
    if isinstance(error, Refusal):
        try:
            persistence.endure(error)
        except Refusal:
            if 400 <= error.status < 500:
                raise
            return True
        return False
    return True


def _left_behind(error: AwsError, work: Work[State]) -> State:
    """What is there, if that is what was wanted all the same; raises the error otherwise."""
    with suppress(AwsError):
        state = work.look()
        if not work.needed(state):
            return state
    raise error
