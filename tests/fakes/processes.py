"""Whether a process still runs. One that is dead and has not been collected by its parent does not."""

from __future__ import annotations

import subprocess
import time

WITHIN = 20.0
"""Seconds that a busy machine may take to end a process that was killed."""


def runs(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return told.strip()[:1] not in {"", "Z"}


def ended(pid: int) -> bool:
    """Waits for it."""
    deadline = time.monotonic() + WITHIN
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)
