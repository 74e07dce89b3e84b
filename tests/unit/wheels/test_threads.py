"""Tasks in parallel: what an interrupt finds half begun."""

from __future__ import annotations

import queue
import threading

import pytest

from lambda_ci.wheels.threads import _collect


class _Interrupted(threading.Thread):
    def start(self) -> None:
        raise KeyboardInterrupt


def test_an_interrupt_between_the_starts_of_two_threads_is_an_interrupt() -> None:
    cancelled = threading.Event()
    crew = [threading.Thread(target=cancelled.wait, daemon=True), _Interrupted(), threading.Thread()]
    with pytest.raises(KeyboardInterrupt):
        _collect(crew, queue.SimpleQueue(), count=3, cancelled=cancelled)
    assert not crew[0].is_alive()
