"""Sizes, durations and numbers as people read them. The one place that formats them."""

from __future__ import annotations

_KIB = 1024
_MIB = 1024 * 1024
_MINUTE = 60


def size(count: int) -> str:
    """Bytes as ``812 B``, ``3.4 KiB`` or ``71.6 MiB`` (AWS's limits are in MiB)."""
    if count < _KIB:
        return f"{count} B"
    unit, name = (_KIB, "KiB") if count < _MIB else (_MIB, "MiB")
    return f"{count / unit:.1f} {name}"


def seconds(duration: float) -> str:
    """Seconds as ``0.42 s``, ``12.3 s`` or ``2 min 05 s``."""
    if duration < 9.995:
        return f"{duration:.2f} s"
    if duration < _MINUTE - 0.05:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), _MINUTE)
    return f"{minutes} min {rest:02d} s"


def number(count: int, noun: str) -> str:
    """``1 function``, ``12 functions``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
