"""One file of a package to be, wherever it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterable

CHUNK = 1 << 20
"""Bytes held of one file at a time."""

STORED = 0
DEFLATED = 8


class Source(Protocol):
    """What files come from: a wheel, or the function's own folder. Every failure to read is a ``PackageError``."""

    @property
    def distribution(self) -> str:
        """Empty for the function's own files."""
        ...

    @property
    def version(self) -> str: ...

    def label(self, file: File) -> str:
        """For people: where the file comes from."""
        ...

    def packed(self, file: File) -> tuple[int, Iterable[bytes]]:
        """The CRC-32 of the content, and the bytes as they go into the zip (``file.compressed_size`` in all)."""
        ...

    def content(self, file: File) -> Iterable[bytes]:
        """The content itself, in chunks."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """Sizes and ``offset`` in bytes; ``mode`` holds permission bits only; ``crc`` is ``None`` where it is not known yet."""

    path: str
    size: int
    compressed_size: int
    method: int
    mode: int
    crc: int | None
    offset: int
    """Where the bytes begin in the source."""
    source: Source

    @property
    def label(self) -> str:
        return self.source.label(self)


def normalised(mode: int) -> int:
    """The permission bits a file gets: executable for everybody if it is for anybody, and always readable."""
    return 0o755 if mode & 0o111 else 0o644


def read(file: File) -> bytes:
    """The whole content of a file."""
    return b"".join(file.source.content(file))


def read_as(file: File, sha256: str) -> bytes:
    """The content of a file that had this digest (hex). Raises ``PackageError`` where it has another one by now."""
    content = read(file)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackageError(
            f"{file.label} changed while it was being packaged",
            why="The package would hold neither the old nor the new content.",
            fix="Run the build again when nothing writes to the source folder.",
        )
    return content


def same(one: File, other: File) -> bool:
    """Whether two files have the same content, compared byte for byte where size and CRC-32 do not tell."""
    if one.size != other.size or (one.crc != other.crc and None not in {one.crc, other.crc}):
        return False
    return _digest(one) == _digest(other)


def _digest(file: File) -> bytes:
    digest = hashlib.sha256()
    for chunk in file.source.content(file):
        digest.update(chunk)
    return digest.digest()
