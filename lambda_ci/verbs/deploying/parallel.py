"""Work on many functions at once: each with its own part of the log, and all ended in order by a signal."""

from __future__ import annotations

import math
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from lambda_ci.adapters.stop import Stop, StoppableClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.console import Clock, Console

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 16
_TICK = 0.2
"""Seconds: a signal that comes just before a thread begins to wait does not end the waiting."""
_GRACE = 8.0
"""Seconds that threads get after a signal: a cancelled job has ten."""


@dataclass(frozen=True, kw_only=True)
class Together(Generic[Item, Result]):
    """``work`` gets an item, a console and a clock of its own, and turns every expected failure into a result.

    ``fatal`` says of a result that nothing else shall begin; what has begun goes on. ``interrupted`` is the result of what had begun and did not end
    in time, ``left`` of what never began.
    """

    work: Callable[[Item, Console, Clock], Result]
    console: Console
    interrupted: Callable[[Item], Result]
    left: Callable[[Item], Result]
    fatal: Callable[[Result], bool] = lambda _result: False
    grace: float = _GRACE
    threads: int = THREADS
    stop: Stop = field(default_factory=Stop)

    def all(self, items: Sequence[Item]) -> list[Result]:
        """The results, in the order of the items. One item is worked on here, several in threads."""
        if len(items) == 1:
            return [self.work(items[0], self.console, self.console.clock)]
        crew = _Crew(together=self, items=items)
        crew.finish()
        return [
            crew.results[number]
            if number in crew.results
            else self.interrupted(item)
            if number in crew.begun
            else self.left(item)
            for number, item in enumerate(items)
        ]


class _Crew(Generic[Item, Result]):
    """The threads, and what they have done."""

    def __init__(self, *, together: Together[Item, Result], items: Sequence[Item]) -> None:
        self._together, self._items = together, items
        self._todo: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in range(len(items)):
            self._todo.put(number)
        self._ended: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._clock = StoppableClock(together.console.clock, together.stop)
        self._over = threading.Event()
        self.results: dict[int, Result] = {}
        self.begun: set[int] = set()

    def finish(self) -> None:
        """Wait for all; after a signal for those that have begun, and not for long. Raises what was no expected failure."""
        waiting = [
            threading.Thread(target=self._labour, daemon=True)
            for _ in range(min(self._together.threads, len(self._items)))
        ]
        working, deadline = len(waiting), math.inf
        while working and self._clock.monotonic() < deadline:
            try:
                while waiting:
                    waiting.pop().start()
                with suppress(queue.Empty):
                    bug = self._ended.get(timeout=_TICK)
                    working -= 1
                    if bug:
                        raise bug
            except KeyboardInterrupt:
                self._together.stop.now()
                deadline = self._clock.monotonic() + self._together.grace

    def _labour(self) -> None:
        bug: Exception | None = None
        try:
            while not (self._together.stop.called or self._over.is_set()):
                self._one(self._todo.get_nowait())
        except (queue.Empty, KeyboardInterrupt):
            pass
        except Exception as error:  # noqa: BLE001 - raised again by the one who waits
            self._together.stop.now()
            bug = error
        self._ended.put(bug)

    def _one(self, number: int) -> None:
        self.begun.add(number)
        with self._together.console.apart() as console:
            result = self._together.work(self._items[number], console, self._clock)
        self.results[number] = result
        if self._together.fatal(result):
            self._over.set()
