"""The pace of requests to Lambda: its control plane takes 15 a second in one account and region, from everybody together.

One pace is shared by all threads of a run. It starts at that rate and slows down where Lambda says that others are busy as
well. Source: "Lambda quotas", API requests: GetFunction has 100 a second of its own, Invoke none of these.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks

    from lambda_ci.console import Clock

RATE = 15.0
_READING = 100.0
_SLOWEST = 1.0
_SAVED = 4
"""Requests that may go at once after a pause, as those of one function do: what AWS lets through at once is not documented."""
_PATIENT = 2.0
"""Seconds without a refusal until the pace grows again."""
_OWN = frozenset({"GetFunction"})
_FREE = frozenset({"Invoke"})
_THROTTLED = 429


@dataclass
class Pace:
    """``rate``: requests per second."""

    clock: Clock
    rate: float = RATE
    _most: float = field(init=False, repr=False)
    _next: float = field(default=0.0, init=False, repr=False)
    _refused: float = field(default=-math.inf, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._most = self.rate

    def wait(self) -> None:
        """Until the next request may go."""
        with self._lock:
            now = self.clock.monotonic()
            self._recover(now)
            start = max(self._next, now - (_SAVED - 1) / self.rate)
            self._next = start + 1 / self.rate
            pause = start - now
        if pause > 0:
            self.clock.sleep(pause)

    def refused(self) -> None:
        """Lambda throttled a request: everybody waits a moment, and goes slower after it."""
        with self._lock:
            now = self.clock.monotonic()
            if now - self._refused >= 1:
                self.rate = max(self.rate * 0.7, _SLOWEST)
            self._refused = now
            self._next = max(self._next, now + 1 / self.rate)

    def _recover(self, now: float) -> None:
        if self.rate < self._most and now - self._refused >= _PATIENT:
            self.rate = min(self.rate * 1.2, self._most)
            self._refused = now


@dataclass(frozen=True)
class Paces:
    """Lambda's two: for GetFunction, and for all that writes or lists."""

    control: Pace
    reading: Pace

    @classmethod
    def of(cls, clock: Clock) -> Paces:
        return cls(Pace(clock), Pace(clock, _READING))

    def govern(self, events: BaseEventHooks) -> None:
        """Every attempt of every request of a client goes at its pace."""
        events.register("before-send.lambda", self._before)
        events.register("response-received.lambda", self._after)

    def _of(self, event_name: str) -> Pace | None:
        operation = event_name.rpartition(".")[2]
        return None if operation in _FREE else self.reading if operation in _OWN else self.control

    def _before(self, event_name: str, **_: object) -> None:
        if pace := self._of(event_name):
            pace.wait()

    def _after(self, event_name: str, response_dict: dict[str, object] | None = None, **_: object) -> None:
        throttled = bool(response_dict) and response_dict.get("status_code") == _THROTTLED  # type: ignore[union-attr]
        if throttled and (pace := self._of(event_name)):
            pace.refused()
