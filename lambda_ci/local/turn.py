"""One at a time: commands that start or stop the embedded AWS take turns, also between processes."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from lambda_ci.console import Clock

_PATIENCE = 120.0
_POLL = 0.05


@contextmanager
def turn(file: Path, *, clock: Clock) -> Iterator[None]:
    """Hold the lock on ``file``; the system lets go of it when the process ends. Raises LambdaCiError after two minutes."""
    with file.open("a", encoding="utf-8") as handle:
        deadline = clock.monotonic() + _PATIENCE
        while not _taken(handle):
            if clock.monotonic() > deadline:
                raise LambdaCiError(
                    f"another command has been starting or stopping the embedded AWS for {_PATIENCE:.0f} s",
                    why=f"it holds the lock on {file}",
                    fix="end that command, then try again",
                )
            clock.sleep(_POLL)
        yield


def _taken(handle: TextIO) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
