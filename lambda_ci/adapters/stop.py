"""Ending the work of threads: a signal reaches the main thread only, the others have to be told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.errors import Interrupted

if TYPE_CHECKING:
    from datetime import datetime

    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel

    from lambda_ci.console import Clock


@dataclass
class Stop:
    """Told once to each thread, as ``KeyboardInterrupt``, where it waits or before its next request: what it does then, to leave
    things in order, is not disturbed again."""

    _set: threading.Event = field(default_factory=threading.Event, repr=False)
    _thread: threading.local = field(default_factory=threading.local, repr=False)

    def now(self) -> None:
        """Everybody shall end."""
        self._set.set()

    @property
    def called(self) -> bool:
        return self._set.is_set()

    def spare(self) -> None:
        """The calling thread puts things in order: it is not told."""
        self._thread.told = True

    def tell(self) -> None:
        """Raises ``KeyboardInterrupt`` in a thread that was not told yet."""
        if self.called and not getattr(self._thread, "told", False):
            self._thread.told = True
            raise KeyboardInterrupt

    def wait(self, clock: Clock, seconds: float) -> None:
        """Sleep until told."""
        clock.wait(self._set, seconds)
        self.tell()

    def govern(self, events: BaseEventHooks) -> None:
        """No request of a client begins once everybody shall end."""
        events.register("before-call", lambda **_: self.tell())

    def end_transfers(self, events: BaseEventHooks) -> None:
        """As above for a client whose uploads have threads of their own: what is half uploaded is still taken away."""

        def before(model: OperationModel, **_: object) -> None:
            if self.called and model.name != "AbortMultipartUpload":
                raise Interrupted("interrupted by a signal", fix="run it again")

        events.register("before-call", before)


@dataclass(frozen=True)
class StoppableClock:
    """A clock for threads: sleeping ends when everybody shall end."""

    clock: Clock
    stop: Stop

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        if self.stop.called:
            self.stop.tell()
            self.clock.sleep(seconds)
        else:
            self.stop.wait(self.clock, seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        self.clock.wait(event, seconds)

    def utc(self) -> datetime:
        return self.clock.utc()
