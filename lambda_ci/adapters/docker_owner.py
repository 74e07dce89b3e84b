"""Whose container it is: so that a run can tell what killed runs left from what others still use."""

from __future__ import annotations

import os
from pathlib import Path


def owner(process: int) -> str:
    """Tells a process from all others there were on this machine; empty where there is no ``/proc``."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no path
        started = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        return ""
    return f"{boot} {space} {process} {started}"


def is_gone(label: str) -> bool:
    """Whether the process that a label names was one of this machine (and of this container) and has ended."""
    words, ours = label.split(), owner(os.getpid()).split()
    if len(words) != 4 or words[:2] != ours[:2] or not words[2].isdigit():
        return False
    return owner(int(words[2])) != label
