"""A console that writes to a string and a clock that nobody has to wait for."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambda_ci.ci.plain import Plain
from lambda_ci.console import Console

if TYPE_CHECKING:
    import threading

    from lambda_ci.console import Clock


BEGINNING = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """Time passes by sleeping only."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def wait(self, event: threading.Event, seconds: float) -> None:
        if not event.is_set():
            self.sleep(seconds)

    def utc(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.now)


def quiet(clock: Clock | None = None) -> tuple[Console, io.StringIO]:
    """A console and what was written to it."""
    stream = io.StringIO()
    return Console(stream=stream, style=Plain(), clock=clock or FakeClock()), stream
