"""Small files that appear whole or not at all, for any number of processes that write the same one."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

READABLE = 0o644
"""Caches are shared between users: what is kept there is for everybody who may look into the folder."""
PRIVATE = 0o600


def write_whole(path: Path, content: bytes, *, mode: int = READABLE) -> None:
    """Write a file beside and give it the name when it is complete; whatever fails or interrupts, nothing is left behind.

    ``mode`` holds whatever the umask is. The folder must be there. Raises OSError.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
