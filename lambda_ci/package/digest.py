"""The SHA-256 of a file that is being written, computed on a second processor meanwhile."""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import threading
from typing import Self

_PIECE = 1 << 19
"""Bytes held. What was just written is still in memory: reading it back costs little, and the writer need not wait."""


class Digest:
    """A context manager. ``handle`` is the open file, to be read; nobody else writes to it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._digest = hashlib.sha256()
        self._ends: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._trouble: OSError | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def upto(self, size: int) -> None:
        """So many bytes are in the file by now, and stay as they are."""
        self._ends.put(size)

    def finish(self) -> bytes:
        """The digest of everything. Raises OSError where it cannot be read back."""
        self._end()
        if self._trouble:
            raise self._trouble
        return self._digest.digest()

    def _work(self) -> None:
        try:
            self._read()
        except OSError as error:
            self._trouble = error

    def _read(self) -> None:
        piece = memoryview(bytearray(_PIECE))
        done = 0
        while (end := self._ends.get()) is not None:
            while done < end:
                count = os.preadv(self._handle, [piece[: end - done]], done)
                if not count:
                    raise OSError(errno.EIO, "it is shorter than what was written")
                self._digest.update(piece[:count])
                done += count

    def _end(self) -> None:
        if self._thread.is_alive():
            self._ends.put(None)
            self._thread.join()
