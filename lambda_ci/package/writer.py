"""Writes a zip file: from front to back in one pass, hashed on the way, the same bytes for the same files.

Every member gets the same time, Unix modes, no extra field and no data descriptor. zip32 is all that is needed:
Lambda's limit of 250 MiB is far below it, and ``limits`` has refused what is not.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.adapters import ownership
from lambda_ci.adapters.drafts import drafted
from lambda_ci.errors import PackageError
from lambda_ci.package.digest import Digest
from lambda_ci.package.file import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lambda_ci.package.file import File

# PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.16.
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_UNIX = 3 << 8
_UTF8 = 0x800
_MIDNIGHT = 0
_1980_01_01 = 0x21
_REGULAR = 0o100000
_LARGE = CHUNK // 16
"""Bytes from which a chunk is written at once instead of being gathered with others."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A zip file on disk: its SHA-256 and its size in bytes."""

    sha256: bytes
    size: int


class Stopped(Exception):
    """Raised by ``write`` where nobody waits for the zip any more."""


def write(
    files: Sequence[File],
    path: Path,
    *,
    stopped: Callable[[], bool] = lambda: False,
    meanwhile: Callable[[], None] = lambda: None,
) -> Written:
    """Write the files, in this order, to ``path``, which appears whole or not at all.

    ``meanwhile`` is called once everything is written, while the digest catches up. Raises ``PackageError`` where a file cannot be read or the zip cannot be written, and ``Stopped``.
    """
    try:
        ownership.folder(path.parent)
        with drafted(path) as target:
            return _write(files, target, stopped, meanwhile)
    except OSError as error:
        raise PackageError(
            f"{path} cannot be written: {error.strerror or error}",
            fix="Make room there and make it writable, or choose another folder with --output-dir.",
        ) from error


def _write(
    files: Sequence[File], target: BinaryIO, stopped: Callable[[], bool], meanwhile: Callable[[], None]
) -> Written:
    with Digest(target.fileno()) as digest:
        zipped = _Zip(target, digest, stopped)
        for file in files:
            zipped.add(file)
        size = zipped.finish(len(files))
        meanwhile()
        return Written(sha256=digest.finish(), size=size)


class _Zip:
    """Gathers small pieces; ``_flushed`` counts the bytes that are in the file."""

    def __init__(self, target: BinaryIO, digest: Digest, stopped: Callable[[], bool]) -> None:
        self._target = target
        self._stopped = stopped
        self._digest = digest
        self._pending = bytearray()
        self._central = bytearray()
        self._flushed = 0

    def add(self, file: File) -> None:
        name = file.path.encode()
        flags = 0 if file.path.isascii() else _UTF8
        crc, chunks = file.source.packed(file)
        common = (
            _VERSION,
            flags,
            file.method,
            _MIDNIGHT,
            _1980_01_01,
            crc,
            file.compressed_size,
            file.size,
            len(name),
            0,
        )
        attributes = (_REGULAR | file.mode) << 16
        offset = self._flushed + len(self._pending)
        self._central += _CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *common, 0, 0, 0, attributes, offset) + name
        self._pending += _LOCAL.pack(b"PK\3\4", *common) + name
        for chunk in chunks:
            self._append(chunk)

    def finish(self, members: int) -> int:
        """The size in bytes."""
        offset = self._flushed + len(self._pending)
        end = _END.pack(b"PK\5\6", 0, 0, members, members, len(self._central), offset, 0)
        self._pending += self._central + end
        self._flush()
        return self._flushed

    def _append(self, chunk: bytes) -> None:
        if len(chunk) >= _LARGE:
            self._flush()
            self._out(chunk)
            return
        self._pending += chunk
        if len(self._pending) >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._out(self._pending)
        self._pending.clear()

    def _out(self, data: bytes | bytearray) -> None:
        if self._stopped():
            raise Stopped
        with memoryview(data) as every:
            done = 0
            while done < len(data):
                done += self._target.write(every[done:])
        self._flushed += len(data)
        self._digest.upto(self._flushed)
