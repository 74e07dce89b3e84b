"""Amounts of bytes as people write them."""

from __future__ import annotations

import re

SIZE = r"^[0-9]{1,15}(\.[0-9]{1,6})? ?([KMG]i?B|B)?$"
"""``52428800``, ``50 MB`` (million bytes), ``50MiB``, ``1.5 GB``."""
_FACTORS = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_PARTS = re.compile(r"([0-9.]+) ?([A-Za-z]*)")


def byte_count(size: str | int) -> int:
    """The bytes that a text of the form ``SIZE`` stands for, rounded down; a number stands for itself. Raises ValueError."""
    if isinstance(size, int):
        return size
    parts = _PARTS.fullmatch(size) if re.fullmatch(SIZE, size) else None
    if parts is None:
        raise ValueError(f"{size!r} is no amount of bytes")
    whole, _, fraction = parts[1].partition(".")
    factor = _FACTORS[parts[2]]
    return int(whole) * factor + int(fraction or 0) * factor // int("1" + "0" * len(fraction))
