"""A verb's work on many functions at once: each has its result and its part of the log, and what fails, fails for its function only."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.stop import Stop
from lambda_ci.errors import Interrupted, LambdaCiError
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.deploying.parallel import Together
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.console import Clock, Console
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.settings import Function, Settings

    Work = Callable[["Attempt"], None]

_AGAIN = "run it again: a second run finishes what this one began"
_STOPPED = failure_of(Interrupted("interrupted by a signal", fix=_AGAIN))
_NOT_BEGUN = failure_of(Interrupted("not begun: the run ended before its turn", fix=_AGAIN))


@dataclass(kw_only=True)
class Attempt:
    """One function under work. ``result`` grows, so that a failure keeps what was reached."""

    function: Function
    services: Services
    result: FunctionResult

    def make(self, work: Work, *, doing: str) -> FunctionResult:
        """Do it. A failure that is expected, and a signal, end up in the result."""
        clock = self.services.clock
        started = clock.monotonic()
        try:
            with self.services.console.step(f"{doing} {self.function.name}") if doing else nullcontext():
                work(self)
        except LambdaCiError as error:
            self.result = replace(self.result, failure=failure_of(error))
        except KeyboardInterrupt:
            self.result = replace(self.result, failure=_STOPPED)
        self.result = replace(self.result, seconds=self.result.seconds + clock.monotonic() - started)
        return self.result


@dataclass(frozen=True, kw_only=True)
class Each:
    """The functions of one run. A signal ends all of them in order, in this round of work and in every later one."""

    attempts: Sequence[Attempt]
    console: Console
    stop: Stop
    fail_fast: bool

    @classmethod
    def of(cls, settings: Settings, services: Services) -> Each:
        """Call it before the first request: clients that are there already do not end with the others."""
        stop = Stop()
        services.aws.stoppable(stop)
        attempts = [
            Attempt(
                function=one,
                services=services,
                result=FunctionResult(name=one.name, function_name=one.function_name),
            )
            for one in settings.functions
        ]
        return cls(attempts=attempts, console=services.console, stop=stop, fail_fast=settings.fail_fast)

    def do(self, work: Work, *, doing: str = "") -> list[FunctionResult]:
        """The results, in the order of the functions. What has failed in an earlier round is not worked on.

        ``doing``: how the log calls it, such as ``roll back``; without it nothing is logged of what goes well.
        """

        def attempt(one: Attempt, console: Console, clock: Clock) -> FunctionResult:
            if one.result.failure:
                return one.result
            one.services = replace(one.services, console=console, clock=clock)
            return one.make(work, doing=doing)

        crew = Together(
            work=attempt,
            console=self.console,
            interrupted=lambda one: replace(one.result, failure=_STOPPED),
            left=self._left,
            fatal=lambda result: self.fail_fast and result.failure is not None,
            stop=self.stop,
        )
        return crew.all(self.attempts)

    def _left(self, one: Attempt) -> FunctionResult:
        """How one ends whose turn never came."""
        failures = [other.result.failure for other in self.attempts if other.result.failure]
        if one.result.failure:
            return one.result
        if self.stop.called or not failures:
            return replace(one.result, failure=_NOT_BEGUN)
        what = "not begun: another function failed before its turn, and `fail-fast` is set"
        return replace(
            one.result, failure=replace(failures[0], what=what, why="", fix="mend what failed, then run it again")
        )
