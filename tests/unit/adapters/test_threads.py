"""Tasks in parallel: what an interrupt finds half begun."""

from __future__ import annotations

import queue
import threading

import pytest

from lambda_ci.adapters.threads import _collect, in_parallel


class _Interrupted(threading.Thread):
    def start(self) -> None:
        raise KeyboardInterrupt


def test_an_interrupt_between_the_starts_of_two_threads_is_an_interrupt() -> None:
    cancelled = threading.Event()
    crew = [threading.Thread(target=cancelled.wait, daemon=True), _Interrupted(), threading.Thread()]
    with pytest.raises(KeyboardInterrupt):
        _collect(crew, queue.SimpleQueue(), count=3, cancelled=cancelled)
    assert not crew[0].is_alive()


def test_what_cannot_look_is_stopped_once() -> None:
    held, stopped = threading.Event(), []

    def stop() -> None:
        stopped.append(True)
        held.set()

    def work(number: int) -> None:
        if number == 1:
            raise ValueError("one")
        held.wait(60)

    with pytest.raises(ValueError, match="one"):
        in_parallel(work, [0, 1, 2], threads=3, cancelled=threading.Event(), stop=stop)
    assert stopped == [True]


def test_the_one_that_waits_can_do_something_meanwhile() -> None:
    going = threading.Event()
    threads: list[threading.Thread] = []

    def meanwhile() -> None:
        threads.append(threading.current_thread())
        going.set()

    found = in_parallel(
        lambda _item: going.wait(60), [1, 2], threads=2, cancelled=threading.Event(), meanwhile=meanwhile
    )
    assert (found, threads) == ([True, True], [threading.current_thread()])


def test_what_fails_meanwhile_ends_the_others() -> None:
    cancelled = threading.Event()

    def meanwhile() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_parallel(lambda _item: cancelled.wait(60), [1], threads=1, cancelled=cancelled, meanwhile=meanwhile)
    assert cancelled.is_set()
