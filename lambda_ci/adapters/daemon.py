"""Processes that outlive the command that started them. A pid alone names nobody: it always goes with the start time."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.process import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.console import Clock

_DEAD = frozenset({"Z", "X"})
_POLL = 0.05
_PROC = Path("/proc/self/stat")


def spawn(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> int:
    """Start a program in a session of its own; returns its pid. Standard output and error go to ``log`` (made anew)."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawn(command[0], list(command), dict(env), file_actions=actions, setsid=True)


def started_at(pid: int) -> str | None:
    """When a process started, as text that no later process with the same pid has; ``None`` where it does not run."""
    _reap(pid)
    return _started_at_linux(pid) if _PROC.exists() else _started_at_elsewhere(pid)


def end(pid: int, started: str, *, clock: Clock, grace: float) -> None:
    """End a process and its group: TERM, and KILL after ``grace`` seconds. Nothing happens if it is no longer the same."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if started_at(pid) != started:
            return
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        _wait(pid, started, deadline=clock.monotonic() + grace, clock=clock)


def _wait(pid: int, started: str, *, deadline: float, clock: Clock) -> None:
    while started_at(pid) == started and clock.monotonic() < deadline:
        clock.sleep(_POLL)


def _reap(pid: int) -> None:
    """Let go of an ended child, where it is one of ours."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _started_at_linux(pid: int) -> str | None:
    """Field 22 of ``/proc/PID/stat`` (clock ticks since boot), with the boot's own id. Source: proc_pid_stat(5)."""
    try:
        state, *fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return None if state in _DEAD else f"{boot}/{fields[18]}"


def _started_at_elsewhere(pid: int) -> str | None:
    """macOS and the BSDs have no ``/proc``; ``ps`` is part of POSIX."""
    answer = run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], env={"LC_ALL": "C", "PATH": os.defpath}, timeout=10)
    state, _, started = answer.stdout.strip().partition(" ")
    return None if state[:1] in _DEAD else started.strip() or None
