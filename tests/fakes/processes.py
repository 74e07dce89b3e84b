"""What other processes do: whether one still runs, and what one writes to a file.

One that is dead and has not been collected by its parent does not run.
"""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WITHIN = 120.0
"""Seconds that a busy machine may take to start a program, or to end one that was killed."""


def runs(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return told.strip()[:1] not in {"", "Z"}


def ended(pid: int) -> bool:
    """Waits for it."""
    deadline = time.monotonic() + WITHIN
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not runs(pid)


def written(note: Path) -> None:
    """Waits for a whole line in a file."""
    deadline = time.monotonic() + WITHIN
    while not (note.exists() and note.read_text(encoding="utf-8").endswith("\n")):
        assert time.monotonic() < deadline, f"nothing was written to {note}"
        time.sleep(0.01)
