"""Parts of a file that can only be read from the front, as a compressed member can.

What an ELF file's loader needs lies near the front, except for the dynamic section, which lies behind the code. So the
front is kept, the rest passes by, and going back to what was not kept starts over, a few times at most.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEAD = 16 << 20
_TAIL = 3
"""Chunks kept of what has passed by behind the head."""
_RESTARTS = 3


class Outside(Exception):
    """The bytes asked for are not in the file, or cannot be had with reasonable effort."""


class Window:
    """``size`` bytes; ``content`` gives them from the front, each time it is called."""

    def __init__(self, content: Callable[[], Iterable[bytes]], size: int) -> None:
        self.size = size
        self._content = content
        self._source = iter(content())
        self._starts: list[int] = []
        self._chunks: list[bytes] = []
        self._passed = 0
        self._limit = _HEAD
        self._left = _RESTARTS

    def at(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Raises Outside."""
        end = offset + length
        if offset < 0 or length < 0 or end > self.size:
            raise Outside
        while self._passed < end:
            self._advance()
        found = self._kept(offset, end)
        if found is None:
            self._restart(end)
            return self.at(offset, length)
        return found

    def upto(self, offset: int, length: int) -> bytes:
        """These bytes, or fewer at the end of the file."""
        return self.at(offset, max(0, min(length, self.size - offset)))

    def _advance(self) -> None:
        chunk = next(self._source, None)
        if chunk is None:
            raise Outside
        self._starts.append(self._passed)
        self._chunks.append(chunk)
        self._passed += len(chunk)
        first = bisect_left(self._starts, self._limit)
        if len(self._chunks) > first + _TAIL:
            del self._starts[first], self._chunks[first]

    def _kept(self, offset: int, end: int) -> bytes | None:
        parts: list[bytes] = []
        index = max(0, bisect_right(self._starts, offset) - 1)
        for start, chunk in zip(self._starts[index:], self._chunks[index:], strict=True):
            if start >= end:
                break
            parts.append(chunk[max(0, offset - start) : end - start])
        found = b"".join(parts)
        return found if len(found) == end - offset else None

    def _restart(self, end: int) -> None:
        """Begin anew, and keep everything up to here this time."""
        self._left -= 1
        if self._left < 0:
            raise Outside
        self._limit = max(self._limit, end)
        self._source = iter(self._content())
        self._starts.clear()
        self._chunks.clear()
        self._passed = 0
