"""Which files of the cache were hashed already, so that a wheel is hashed once and not in every run.

    CACHE_DIR/wheels/sha256/ab/abcd…/verified.json

A file that the kernel says was not written since then (device, inode, size, and the times of its content and of its inode, which
nobody can set back) is the file that was hashed. A copy of the cache on another machine is hashed there once.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from lambda_ci.adapters.drafts import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_SETTLED = 1_000_000_000
"""Nanoseconds: what was written right before it was hashed could be written again without a later time."""
_NAME = "verified.json"


def known(path: Path, found: os.stat_result) -> str | None:
    """The sha256 (hex) of the open file with this status; ``None`` where it was not hashed since it was written."""
    note = path.with_name(_NAME)
    try:
        with note.open("rb") as file:
            written = os.fstat(file.fileno()).st_mtime_ns
            told = json.loads(file.read())
        if told["status"] == _status(found) and written - found.st_ctime_ns >= _SETTLED:
            return str(told["sha256"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return None


def remember(path: Path, found: os.stat_result, sha256: str) -> None:
    """The file with this status was hashed after it was opened. Where nothing can be written, nothing is remembered."""
    with suppress(OSError):
        write_whole(path.with_name(_NAME), json.dumps({"status": _status(found), "sha256": sha256}).encode())


def _status(found: os.stat_result) -> list[int]:
    return [found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
