"""Programs that a thread waits for, and that another one does not want any more."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from lambda_ci.adapters import process
from lambda_ci.errors import BuildError

TALKING = "import sys; print('a' * 300_000); sys.stdout.flush(); import time; time.sleep({})"


def _run(seconds: float, *, timeout: float = 60, cancelled: threading.Event) -> process.Completed:
    command = [sys.executable, "-c", TALKING.format(seconds)]
    return process.run(command, env=dict(os.environ), timeout=timeout, input="read by nobody", cancelled=cancelled)


def test_nothing_of_the_output_is_lost_while_it_is_looked_after() -> None:
    done = _run(0.5, cancelled=threading.Event())
    assert (done.returncode, len(done.stdout)) == (0, 300_001)


def test_it_is_ended_when_it_is_not_wanted_any_more() -> None:
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    with pytest.raises(BuildError, match="was stopped"):
        _run(120, cancelled=cancelled)


def test_the_deadline_counts_all_the_same() -> None:
    with pytest.raises(BuildError, match="did not end within 0 s"):
        _run(120, timeout=0.4, cancelled=threading.Event())
