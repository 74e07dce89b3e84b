"""Folders for what a run needs for a while. They are gone when it ends; what a killed run left is removed by a later one.

Whoever uses a folder holds a lock on it, which the system takes away however the process ends. Where the file system of
temporary files knows no locks, folders of killed runs stay.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "lambda-ci-scratch-"
_OURS = re.compile(rf"{_PREFIX}[A-Za-z0-9_]{{8}}")
_YOUNG = 60.0
"""Seconds in which a folder may have no lock yet."""


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that only this user can look into. Raises OSError where there is no room for temporary files."""
    _sweep_once(tempfile.gettempdir())
    folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    handle = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with folder:
            _lock(handle)
            yield Path(folder.name)
    finally:
        os.close(handle)


@cache
def _sweep_once(place: str) -> None:
    """Once in a process: what is left over is left by earlier ones."""
    sweep(Path(place))


def sweep(place: Path) -> None:
    """Remove the folders of this user's runs that were killed."""
    with suppress(OSError), tempfile.NamedTemporaryFile(dir=place) as file:
        now = os.fstat(file.fileno()).st_mtime
        names = [entry.name for entry in os.scandir(place) if _OURS.fullmatch(entry.name)]
        for name in names:
            with suppress(OSError):
                _remove(place / name, now)


def _remove(folder: Path, now: float) -> None:
    """Raises OSError for what is somebody else's, or no folder (a link is none)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(handle)
        if found.st_uid == os.geteuid() and found.st_mtime < now - _YOUNG and _lock(handle):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
