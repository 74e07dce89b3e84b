"""Programs that a thread waits for, and that another one does not want any more."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters import process
from lambda_ci.errors import BuildError
from tests.fakes.processes import runs, written

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_grandchild_that_left_the_group_and_holds_the_pipe_does_not_hold_the_thread(tmp_path: Path) -> None:
    note, cancelled = tmp_path / "pid", threading.Event()
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(['sleep', '3600'], start_new_session=True)\n"
        "open(sys.argv[1], 'w').write(f'{child.pid}\\n')\n"
        "time.sleep(3600)\n"
    )

    def unwanted() -> None:
        written(note)
        cancelled.set()

    command = [sys.executable, "-c", script, str(note)]
    with pytest.raises(BuildError, match="was stopped"):
        process.run(command, env=dict(os.environ), timeout=3600, cancelled=cancelled, meanwhile=unwanted)
    assert runs(int(note.read_text()))
    os.kill(int(note.read_text()), signal.SIGKILL)


def test_the_deadline_counts_all_the_same() -> None:
    with pytest.raises(BuildError, match="did not end within 0 s"):
        _run(120, timeout=0.4, cancelled=threading.Event())
