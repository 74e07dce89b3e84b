"""The SHA-256 of what is being written, computed on a second processor meanwhile."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

_WAITING = 8
"""Pieces (of a megabyte at most) that may wait for the digest, so that memory stays small when the disk is faster."""


class Digest:
    """A context manager. What is handed over must not change afterwards."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def update(self, data: bytes | bytearray) -> None:
        """Take the next piece; returns at once unless the digest lags behind."""
        self._waiting.append(self._thread.submit(self._digest.update, data))
        if len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def finish(self) -> bytes:
        """The digest of everything."""
        while self._waiting:
            self._waiting.popleft().result()
        return self._digest.digest()
