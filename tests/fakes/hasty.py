"""A clock that makes waiting short."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.main import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(kw_only=True)
class HastyClock(SystemClock):
    """Work takes as long as on the wall; of waiting, ``pace`` seconds pass in one of the machine's.

    While somebody waits, time runs to the end of the shortest wait and no further, so that a machine under load, which wakes
    its threads late, does not let deadlines pass that nobody would have missed.
    """

    pace: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wall: float = field(default_factory=time.monotonic)
    _now: float = 0.0
    _ends: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        with self._lock:
            return self._advanced()

    def sleep(self, seconds: float) -> None:
        with self._waiting(seconds):
            time.sleep(seconds / self.pace)

    def wait(self, event: threading.Event, seconds: float) -> None:
        with self._waiting(seconds):
            event.wait(seconds / self.pace)

    @contextmanager
    def _waiting(self, seconds: float) -> Iterator[None]:
        with self._lock:
            end = self._advanced() + seconds
            self._ends.append(end)
        try:
            yield
        finally:
            with self._lock:
                self._advanced()
                self._ends.remove(end)

    def _advanced(self) -> float:
        wall = time.monotonic()
        passed, self._wall = wall - self._wall, wall
        hurried = min(self._now + passed * self.pace, min(self._ends, default=self._now))
        self._now = max(self._now + passed, hurried)
        return self._now
