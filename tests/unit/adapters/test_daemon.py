"""Processes that outlive their command, told apart by pid and start time."""

import os
import sys
import time
from pathlib import Path

from lambda_ci.adapters import daemon
from lambda_ci.main import SystemClock
from tests.fakes.quiet import FakeClock

STUBBORN = (
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True)\ntime.sleep(600)"
)
PARENT = "import subprocess, sys, time\nchild = subprocess.Popen(['sleep', '600'])\nprint(child.pid, flush=True)\ntime.sleep(600)"


def _spawned(program: str, log: Path) -> tuple[int, str]:
    pid = daemon.spawn([sys.executable, "-c", program], env={"PATH": os.defpath}, log=log)
    started = daemon.started_at(pid)
    assert started
    return pid, started


def _said(log: Path) -> str:
    deadline = time.monotonic() + 60
    while "\n" not in log.read_text(encoding="utf-8") and time.monotonic() < deadline:
        time.sleep(0.01)
    return log.read_text(encoding="utf-8").strip()


def test_a_daemon_leads_its_own_session_and_logs_both_streams(tmp_path: Path) -> None:
    program = "import os, sys; print(os.getsid(0) == os.getpid(), dict(os.environ).get('SECRET'), flush=True); sys.exit('err')"
    pid = daemon.spawn([sys.executable, "-c", program], env={"PATH": os.defpath}, log=tmp_path / "log")
    while daemon.started_at(pid):
        time.sleep(0.01)
    assert (tmp_path / "log").read_text(encoding="utf-8").splitlines() == ["True None", "err"]


def test_a_process_that_ended_has_no_start_time(tmp_path: Path) -> None:
    pid, started = _spawned("import time; time.sleep(600)", tmp_path / "log")
    daemon.end(pid, started, clock=SystemClock(), grace=60)
    assert daemon.started_at(pid) is None
    assert daemon.started_at(2**22 + 1) is None


def test_the_start_time_of_a_process_does_not_change_and_is_its_own(tmp_path: Path) -> None:
    pid, started = _spawned("import time; time.sleep(600)", tmp_path / "log")
    try:
        assert daemon.started_at(pid) == started
        assert daemon.started_at(os.getpid()) != started
    finally:
        daemon.end(pid, started, clock=SystemClock(), grace=60)


def test_a_process_of_another_time_is_not_ended(tmp_path: Path) -> None:
    pid, started = _spawned("import time; time.sleep(600)", tmp_path / "log")
    daemon.end(pid, f"{started}0", clock=SystemClock(), grace=60)
    assert daemon.started_at(pid) == started
    daemon.end(pid, started, clock=SystemClock(), grace=60)


def test_a_process_that_ignores_term_is_killed_after_its_grace(tmp_path: Path) -> None:
    pid, started = _spawned(STUBBORN, tmp_path / "log")
    assert _said(tmp_path / "log") == "ready"
    daemon.end(pid, started, clock=SystemClock(), grace=0.2)
    assert daemon.started_at(pid) is None


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    pid, started = _spawned(PARENT, tmp_path / "log")
    child = int(_said(tmp_path / "log"))
    daemon.end(pid, started, clock=SystemClock(), grace=60)
    deadline = time.monotonic() + 60
    while daemon.started_at(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert daemon.started_at(child) is None


def test_ending_what_is_gone_takes_no_time(tmp_path: Path) -> None:
    pid, started = _spawned(
        f"import os, time\nwhile not os.path.exists({str(tmp_path / 'seen')!r}): time.sleep(0.01)", tmp_path / "log"
    )
    (tmp_path / "seen").touch()
    while daemon.started_at(pid):
        time.sleep(0.01)
    clock = FakeClock()
    daemon.end(pid, started, clock=clock, grace=60)
    assert clock.slept == []
