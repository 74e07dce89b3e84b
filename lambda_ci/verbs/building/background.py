"""What is done while something else is waited for: modules imported that the next stages need, and wheels examined."""

from __future__ import annotations

import queue
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lambda_ci.model.artifact import Wheel

_THREADS = 2
"""More would need more memory, for the beginnings of libraries, than it would save time."""
_TURN = 0.0002
"""Seconds that a thread may compute while others want to. Those that fetch want to for a moment, after every few kilobytes:
with Python's 5 ms they would do nothing but wait."""
_TICK = 0.2
"""Seconds after which a waiting main thread looks whether a signal has come."""


def for_fetching() -> None:
    """While uv resolves: most likely what it finds is not here yet."""
    import lambda_ci.adapters.http  # noqa: F401
    import lambda_ci.package.examine  # noqa: F401

    for_packaging()


def for_packaging() -> None:
    """While wheels are verified."""
    import pathspec  # noqa: F401

    import lambda_ci.package.make  # noqa: F401


@contextmanager
def examining(*, inventory: bool) -> Iterator[Callable[[Wheel], None]]:
    """Gives what takes wheels, from any thread. They are examined, two at a time, while others arrive.

    ``inventory``: whether there will be a bill of materials. The end of the block waits for it; after an exception nobody does.
    """
    arrived: queue.SimpleQueue[Wheel | None] = queue.SimpleQueue()
    over = threading.Event()

    def work() -> None:
        while (wheel := arrived.get()) and not over.is_set():
            from lambda_ci.package.examine import examine

            examine(wheel, inventory=inventory)

    crew = [threading.Thread(target=work, daemon=True) for _ in range(_THREADS)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    for thread in crew:
        thread.start()
    try:
        yield arrived.put
        _end(crew, arrived)
        for thread in crew:
            while thread.is_alive():
                thread.join(_TICK)
    finally:
        sys.setswitchinterval(usual)
        over.set()
        _end(crew, arrived)


def _end(crew: Sequence[threading.Thread], arrived: queue.SimpleQueue[Wheel | None]) -> None:
    for _ in crew:
        arrived.put(None)
