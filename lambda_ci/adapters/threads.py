"""Tasks in parallel, ended together: the first failure or an interrupt stops the rest without waiting for a slow server."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

_TICK = 0.2
"""Seconds after which a waiting main thread looks whether a signal has come."""
_GRACE = 5.0
"""Seconds that the threads together get to notice that it is over, to end their programs and to remove what they were writing."""


def in_parallel(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    threads: int,
    cancelled: threading.Event,
    stop: Callable[[], None] = lambda: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    """``work`` of every item, in the order of ``items``. Raises what the first failing item raised.

    ``cancelled`` is set when nobody waits any more; ``work`` has to look at it from time to time; what cannot,
    ``stop`` has to end, which is called once then. ``meanwhile`` is called once by the thread that waits.
    Threads are daemons: one that hangs in a system call does not keep the program from ending.
    """
    todo: queue.SimpleQueue[tuple[int, Item]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Result | None, BaseException | None]] = queue.SimpleQueue()
    for numbered in enumerate(items):
        todo.put(numbered)

    def labour() -> None:
        while not cancelled.is_set():
            try:
                number, item = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((number, work(item), None))
            except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
                done.put((number, None, error))

    crew = [threading.Thread(target=labour, daemon=True) for _ in range(min(threads, len(items)))]
    return _collect(crew, done, count=len(items), cancelled=cancelled, stop=stop, meanwhile=meanwhile)


def _collect(
    crew: Sequence[threading.Thread],
    done: queue.SimpleQueue[tuple[int, Result | None, BaseException | None]],
    *,
    count: int,
    cancelled: threading.Event,
    stop: Callable[[], None] = lambda: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[Result]:
    results: dict[int, Result] = {}
    try:
        for thread in crew:
            thread.start()
        meanwhile()
        for _ in range(count):
            number, result, error = _next(done)
            if error is not None:
                raise error
            results[number] = result  # type: ignore[assignment]  # no error: it is a result
    except BaseException:
        cancelled.set()
        stop()
        deadline = time.monotonic() + _GRACE
        for thread in crew:
            if thread.is_alive():  # An interrupt may come before all are started.
                thread.join(max(0.0, deadline - time.monotonic()))
        raise
    return [results[number] for number in range(count)]


def _next(done: queue.SimpleQueue[Item]) -> Item:
    """A signal that comes just before a thread begins to wait does not end the waiting: so nobody waits for long."""
    while True:
        try:
            return done.get(timeout=_TICK)
        except queue.Empty:
            continue
