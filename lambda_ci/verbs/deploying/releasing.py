"""Many functions in one run: each for itself, or all or none."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.stop import Stop
from lambda_ci.deploy.revert import can_go_back
from lambda_ci.errors import Interrupted, RollbackError
from lambda_ci.verbs.deploying.deployment import AGAIN, STOPPED
from lambda_ci.verbs.deploying.parallel import THREADS, Together
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.console import Clock, Console
    from lambda_ci.deploy.release import Release
    from lambda_ci.model.result import Failure, FunctionResult
    from lambda_ci.verbs.deploying.deployment import Deployment

    Work = Callable[[Deployment], FunctionResult]

_NOT_STARTED = failure_of(Interrupted("not deployed: the run ended before its turn", fix=AGAIN))
_WATCHED = 200
"""Rollouts beside each other: they wait most of the time, and in turns fifty of them would take hours."""
_TICK = 0.2
_GRACE = 3.0
"""Seconds that threads get after a signal: going back needs the rest of the ten."""
_MEND = "mend what failed, then deploy again"


def each(deployments: Sequence[Deployment], *, console: Console, fail_fast: bool) -> list[FunctionResult]:
    """What fails, fails for its function. With ``fail-fast`` nothing begins after a failure; what has begun goes on, so that no more
    begin at once than are prepared at once.

    After an interrupt those that have begun leave things in order, and the rest is only named.
    """
    failures: list[Failure] = []

    def fatal(result: FunctionResult) -> bool:
        failures.extend([result.failure] if result.failure and fail_fast else [])
        return bool(failures)

    def left(one: Deployment) -> FunctionResult:
        reason = _NOT_STARTED if stop.called or not failures else _held_back(failures[0])
        return one.result if one.result.failure else replace(one.result, failure=reason)

    stop = _stoppable(deployments)
    room = _Room(stop)
    crew = Together(
        work=_with(lambda one: one.attempt(room.within(one.prepare), one.release)),
        console=console,
        interrupted=lambda one: replace(one.result, failure=STOPPED),
        left=left,
        fatal=fatal,
        threads=THREADS if fail_fast else _threads(deployments),
        stop=stop,
    )
    return crew.all(deployments)


def all_or_none(deployments: Sequence[Deployment], *, console: Console) -> list[FunctionResult]:
    """No alias moves before every function has passed its tests; when one fails after that, all that have moved go back.

    An interrupt is a failure like any other, and leaves enough of the ten seconds that a cancelled job has.
    """
    run = _AllOrNone(deployments, console=console)
    try:
        run.go(lambda one: one.attempt(one.prepare))
        if not run.failed:
            run.go(lambda one: one.attempt(one.release, doing="release"), threads=_threads(deployments))
    except KeyboardInterrupt:
        run.stop.now()
    if run.failed:
        run.undo()
    return [one.result for one in deployments]


class _Room:
    """For so many functions to be prepared at once, however many rollouts are watched: packages take memory."""

    def __init__(self, stop: Stop) -> None:
        self._stop, self._places = stop, threading.BoundedSemaphore(THREADS)

    def within(self, stage: Callable[[], None]) -> Callable[[], None]:
        """The stage, begun once there is room; a signal ends the waiting."""

        def entered() -> None:
            while not self._places.acquire(timeout=_TICK):
                self._stop.tell()
            try:
                stage()
            finally:
                self._places.release()

        return entered


def _threads(deployments: Sequence[Deployment]) -> int:
    """A group of CodeDeploy works on one deployment at a time: those that share one need not crowd before it."""
    rollouts = [one.built.function.spec.rollout for one in deployments]
    groups = [one.by_codedeploy.name for one in rollouts if one.by_codedeploy]
    return _WATCHED if any(one.text for one in rollouts) and len(set(groups)) == len(groups) else THREADS


class _AllOrNone:
    """``cause``, the first that failed, decides how the others end; its failure is kept, because going back can fail as well."""

    def __init__(self, deployments: Sequence[Deployment], *, console: Console) -> None:
        self._deployments, self._console = deployments, console
        self.stop = _stoppable(deployments)
        self.cause: tuple[str, Failure] | None = None
        for one in deployments:
            self._blame(one)

    @property
    def failed(self) -> bool:
        return self.cause is not None or self.stop.called

    def _blame(self, one: Deployment) -> None:
        if self.cause is None and one.result.failure and one.result.failure is not STOPPED:
            self.cause = one.built.function.name, one.result.failure

    def go(self, work: Work, *, threads: int = THREADS) -> None:
        """A round of all; the first failure ends it for the others as well."""
        if self.cause:
            return

        def attempt(one: Deployment) -> FunctionResult:
            result = work(one)
            self._blame(one)
            if self.cause:
                self.stop.now()
            return result

        crew = Together(
            work=_with(attempt),
            console=self._console,
            interrupted=lambda one: one.result,
            left=lambda one: one.result,
            threads=threads,
            stop=self.stop,
            grace=_GRACE,
        )
        crew.all(self._deployments)

    def undo(self) -> None:
        """Every alias that has moved, or may have, goes back; what cannot go back is said."""
        moved = [one for one in self._deployments if one.released and can_go_back(one.released)]
        crew = Together(
            work=_with(self._take_back),
            console=self._console,
            interrupted=lambda one: one.result,
            left=lambda one: one.result,
        )
        if moved:
            self._console.line(f"taking {len(moved)} released functions back: {self._why}")
            crew.all(moved)
        for one in self._deployments:
            if one.result.failure in {None, STOPPED}:
                self._tell(one)

    def _take_back(self, one: Deployment) -> FunctionResult:
        self.stop.spare()
        return one.attempt(one.take_back, doing="take back")

    def _tell(self, one: Deployment) -> None:
        """How a function ended that did not fail by itself."""
        if one.done and not one.released:
            return
        if one.released and one.result.released and can_go_back(one.released):
            one.fail(_forsaken(one.released))
            return
        what = _stayed(one) if one.released and one.result.released else _went_back(one)
        model = self.cause[1] if self.cause else STOPPED
        one.fail(replace(model, what=f"{what}: {self._why}", why="", fix=_MEND if self.cause else AGAIN))

    @property
    def _why(self) -> str:
        return f"{self.cause[0]} failed in the same run" if self.cause else "the run was interrupted"


def _forsaken(release: Release) -> Failure:
    return failure_of(
        RollbackError(
            f"the alias {release.alias} of {release.function_name} was not taken back to version {release.previous_version}",
            why="The time that a cancelled job has was over.",
            fix=f"run `lambda-ci rollback --to {release.previous_version}` for this function",
        )
    )


def _stayed(one: Deployment) -> str:
    release = one.released
    assert release is not None
    before = "it took the place of $LATEST" if release.previous_version else "it is the first"
    return f"not taken back, the alias {release.alias} goes on running version {release.version}, because {before}"


def _went_back(one: Deployment) -> str:
    if one.released and one.released.previous_version:
        return f"taken back, the alias {one.released.alias} runs version {one.released.previous_version} again"
    if one.prepared:
        return f"not released, although version {one.prepared.release.version} has passed its tests"
    return "not deployed"


def _with(work: Work) -> Callable[[Deployment, Console, Clock], FunctionResult]:
    """In a thread: with its part of the log and its clock. What has failed is not worked on, unless it is taken back."""

    def begun(one: Deployment, console: Console, clock: Clock) -> FunctionResult:
        if one.result.failure and not one.released:
            return one.result
        one.services = replace(one.services, console=console, clock=clock)
        return work(one)

    return begun


def _stoppable(deployments: Sequence[Deployment]) -> Stop:
    stop = Stop()
    for one in deployments:
        one.services.aws.stoppable(stop)
        one.maker.stop = stop
    return stop


def _held_back(failure: Failure) -> Failure:
    """Of a function that is not deployed because of another one's failure, which decides how the run ends."""
    what = "not deployed: another function failed before its turn, and `fail-fast` is set"
    return replace(failure, what=what, why="", fix=_MEND)
