"""Many at once: order, failures, and the end by a signal."""

from __future__ import annotations

import io
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.ci.plain import Plain
from lambda_ci.console import Console
from lambda_ci.main import SystemClock
from lambda_ci.verbs.deploying.parallel import THREADS, Together

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.console import Clock


def together(
    work: Callable[[int, Console, Clock], str], *, fatal: Callable[[str], bool] = lambda _: False
) -> tuple[Together[int, str], io.StringIO]:
    stream = io.StringIO()
    console = Console(stream=stream, style=Plain(), clock=SystemClock())
    crew = Together(
        work=work,
        console=console,
        interrupted=lambda number: f"{number} interrupted",
        left=lambda number: f"{number} left",
        fatal=fatal,
    )
    return crew, stream


def test_results_come_in_order_and_logs_in_one_piece() -> None:
    def work(number: int, console: Console, clock: Clock) -> str:
        for line in range(3):
            console.line(f"{number}.{line}")
            clock.sleep(0.001 * (number % 3))
        return str(number)

    crew, stream = together(work)
    assert crew.all(range(40)) == [str(number) for number in range(40)]
    lines = stream.getvalue().split()
    pieces = [lines[start : start + 3] for start in range(0, 120, 3)]
    assert sorted(pieces) == sorted([[f"{number}.{line}" for line in range(3)] for number in range(40)])


def test_several_work_at_the_same_time() -> None:
    meeting = threading.Barrier(THREADS, timeout=60)

    def work(_number: int, _console: Console, _clock: Clock) -> str:
        meeting.wait()
        return "met"

    assert together(work)[0].all(range(THREADS)) == ["met"] * THREADS


def test_a_fatal_result_keeps_the_rest_from_beginning() -> None:
    meeting = threading.Barrier(THREADS, timeout=60)
    threads: dict[int, threading.Thread] = {}

    def work(number: int, _console: Console, _clock: Clock) -> str:
        if number < THREADS:
            threads[number] = threading.current_thread()
            meeting.wait()
        if 0 < number < THREADS:
            threads[0].join()
        return f"{number} failed"

    crew, _ = together(work, fatal=lambda result: result == "0 failed")
    found = crew.all(range(THREADS * 2))
    assert found[:THREADS] == [f"{number} failed" for number in range(THREADS)], "what has begun goes on"
    assert found[THREADS:] == [f"{number} left" for number in range(THREADS, THREADS * 2)]


def test_a_signal_is_told_to_each_once_and_what_puts_things_in_order_goes_on() -> None:
    tidied: list[int] = []
    meeting = threading.Barrier(3, timeout=60)

    def work(number: int, _console: Console, clock: Clock) -> str:
        meeting.wait()
        if number == 0:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        try:
            clock.sleep(60)
        except KeyboardInterrupt:
            clock.sleep(0.01)
            tidied.append(number)
            return f"{number} tidied"
        return "undisturbed"

    found = together(work)[0].all(range(3))
    assert found == ["0 tidied", "1 tidied", "2 tidied"]
    assert sorted(tidied) == [0, 1, 2]


def test_a_bug_is_raised_and_ends_the_others() -> None:
    threads: list[threading.Thread] = []

    def work(number: int, _console: Console, clock: Clock) -> str:
        threads.append(threading.current_thread())
        if number == 1:
            raise ValueError("a bug")
        clock.sleep(3600)
        return "done"

    with pytest.raises(ValueError, match="a bug"):
        together(work)[0].all(range(3))
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_one_alone_is_worked_on_here() -> None:
    here = threading.get_ident()
    assert together(lambda *_: str(threading.get_ident()))[0].all([7]) == [str(here)]
