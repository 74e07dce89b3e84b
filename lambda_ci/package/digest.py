"""The SHA-256 of what is being written, computed on a second processor meanwhile."""

from __future__ import annotations

import hashlib
import queue
import threading
from typing import Self

_WAITING = 8
"""Pieces (of a megabyte at most) that may wait for the digest, so that memory stays small when the disk is faster."""


class Digest:
    """A context manager. What is handed over must not change afterwards."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._pieces: queue.SimpleQueue[bytes | bytearray | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._behind = 0
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def update(self, data: bytes | bytearray) -> None:
        """Take the next piece; returns at once unless the digest lags behind."""
        self._pieces.put(data)
        self._behind += 1
        if self._behind > _WAITING:
            self._done.get()
            self._behind -= 1

    def finish(self) -> bytes:
        """The digest of everything."""
        self._end()
        return self._digest.digest()

    def _work(self) -> None:
        while (data := self._pieces.get()) is not None:
            self._digest.update(data)
            self._done.put(None)

    def _end(self) -> None:
        if self._thread.is_alive():
            self._pieces.put(None)
            self._thread.join()
