"""The clock of the tests, under which deadlines must mean the same on a machine under load."""

from __future__ import annotations

import threading
import time

import pytest

from tests.fakes.hasty import HastyClock


def test_waiting_passes_fast() -> None:
    clock = HastyClock(pace=10_000)
    wall, begun = time.monotonic(), clock.monotonic()
    clock.sleep(100)
    assert clock.monotonic() - begun == pytest.approx(100, abs=time.monotonic() - wall)


def test_a_late_awakening_costs_no_more_than_on_the_wall() -> None:
    clock = HastyClock(pace=10_000)
    wall, begun = time.monotonic(), clock.monotonic()
    waiter = threading.Thread(target=lambda: clock.sleep(20))
    waiter.start()
    while clock.monotonic() - begun < 20:
        time.sleep(0.001)
    time.sleep(0.1)
    assert clock.monotonic() - begun <= 20 + time.monotonic() - wall
    waiter.join()


def test_a_wait_ends_with_its_event_and_takes_no_time_along() -> None:
    clock, event = HastyClock(pace=2), threading.Event()
    event.set()
    wall, begun = time.monotonic(), clock.monotonic()
    clock.wait(event, 3600)
    assert clock.monotonic() - begun <= 2 * (time.monotonic() - wall)
