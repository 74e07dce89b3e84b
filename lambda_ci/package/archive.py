"""A wheel, opened for copying: its members are checked and located, and read as the compressed bytes they are.

Only the central directory counts (sizes, CRC-32, zip64 and data descriptors included); the local headers are read for
where the data begins and must agree on the name. What a hostile or broken zip can say is refused here, with the name of
the wheel. The CRC-32 of copied members is taken as stated: the wheel's sha256 has been verified, and inflating all of
it anew would cost ten times what copying does.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from lambda_ci.errors import PackageError
from lambda_ci.package import listing
from lambda_ci.package.file import CHUNK, DEFLATED, STORED, File, normalised
from lambda_ci.package.paths import fault

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterable, Iterator

    from lambda_ci.model.artifact import Wheel

_LOCAL = struct.Struct("<4s5H3I2H")
_UTF8 = 0x800
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PATCHED = 0x20
_AGREED = _ENCRYPTED | _PATCHED
_UNPACKED_HERE = {zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_BROKEN = (
    zipfile.BadZipFile,
    ValueError,
    OverflowError,
    NotImplementedError,
    EOFError,
    struct.error,
    zlib.error,
    RuntimeError,
)
_TYPE = 0o170000
_REGULAR = {0, 0o100000}
_AHEAD = 1 << 15
"""Bytes read at once for headers: those of small members lie close together."""
_LEFT_OUT = {"scripts", "headers"}
_ROOT = {"purelib", "platlib", "data"}


@contextmanager
def opened(wheel: Wheel, *, unpacked: bool = False) -> Iterator[Archive]:
    """The wheel, open until the end of the block. ``unpacked``: its paths are those of the package already.

    Raises ``PackageError`` where it cannot be opened.
    """
    try:
        handle = wheel.path.open("rb", buffering=0)
    except OSError as error:
        raise PackageError(f"{wheel.filename} cannot be read: {error}", fix="Run the build again.") from error
    with handle:
        yield Archive(wheel, handle, unpacked=unpacked)


class Archive:
    """The ``Source`` of a wheel's files."""

    def __init__(self, wheel: Wheel, handle: io.FileIO, *, unpacked: bool = False) -> None:
        self._wheel = wheel
        self._handle = handle
        self._unpacked = unpacked

    @property
    def distribution(self) -> str:
        return self._wheel.name

    @property
    def version(self) -> str:
        return self._wheel.version

    def label(self, file: File) -> str:  # noqa: ARG002 - the protocol's signature
        return self._wheel.filename

    def files(self) -> list[File]:
        """Every file that an installation would put beside the function's own."""
        if self._unpacked:
            return self._listed()
        known = listing.load(self._wheel, self)
        if known is None:
            known = self._listed()
            listing.keep(self._wheel, known)
        return known

    def packed(self, file: File) -> tuple[int, Iterable[bytes]]:
        crc = file.crc or 0
        if file.compressed_size <= CHUNK:
            return crc, (self._read(file.offset, file.compressed_size),)
        return crc, self._chunks(file)

    def content(self, file: File) -> Iterable[bytes]:
        _, packed = self.packed(file)
        return packed if file.method == STORED else self._inflated(file, packed)

    def _listed(self) -> list[File]:
        infos, end = self._directory()
        offsets = self._data_offsets(infos, end)
        return [file for info, offset in zip(infos, offsets, strict=True) if (file := self._file(info, offset))]

    def _directory(self) -> tuple[list[zipfile.ZipInfo], int]:
        try:
            with zipfile.ZipFile(self._handle) as archive:
                return archive.infolist(), archive.start_dir
        except _BROKEN as error:
            self.refuse(f"is not a readable zip file: {error}", error)
        except OSError as error:
            self.refuse(f"cannot be read: {error}", error)

    def _data_offsets(self, infos: list[zipfile.ZipInfo], end: int) -> list[int]:
        """Where each member's data begins. Members may neither overlap nor reach into the central directory."""
        offsets: dict[int, int] = {}
        free = 0
        headers = _Headers(self._read, end)
        for info in sorted(infos, key=lambda info: info.header_offset):
            start = self._data_offset(info, headers, end) if info.header_offset >= free else -1
            free = start + info.compress_size
            if start < 0 or free > end:
                self._refuse_member(info, "overlaps another one or the end of the file")
            offsets[id(info)] = start
        return [offsets[id(info)] for info in infos]

    def _data_offset(self, info: zipfile.ZipInfo, headers: _Headers, end: int) -> int:
        name = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
        start = info.header_offset + _LOCAL.size
        if start + len(name) > end:
            self._refuse_member(info, "lies beyond the end of the file")
        header = headers.at(info.header_offset, _LOCAL.size + len(name))
        signature, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack_from(header)
        if signature != b"PK\3\4" or name_length != len(name) or header[_LOCAL.size :] != name:
            self._refuse_member(info, "has another name in its own header than in the directory of the zip")
        if method != info.compress_type or (flags ^ info.flag_bits) & (_AGREED if name.isascii() else _AGREED | _UTF8):
            self._refuse_member(info, "is described differently in its own header and in the directory of the zip")
        return start + len(name) + int(extra_length)

    def _file(self, info: zipfile.ZipInfo, offset: int) -> File | None:
        name = info.orig_filename
        if reason := fault(name.removesuffix("/")) or _oddity(info):
            self._refuse_member(info, reason)
        path = self._destination(info)
        if path is None or name.endswith("/"):
            return None
        copied = info.compress_type in {STORED, DEFLATED}
        return File(
            path=path,
            size=info.file_size,
            compressed_size=info.compress_size if copied else info.file_size,
            method=info.compress_type if copied else STORED,
            mode=normalised(info.external_attr >> 16),
            crc=info.CRC,
            offset=offset,
            source=self if copied else _Unpacked(self, self._handle, info),
        )

    def _destination(self, info: zipfile.ZipInfo) -> str | None:
        """Where the member goes; ``None`` for what has no place in a package (PEP 427, as ``pip install --target``)."""
        path = info.orig_filename
        top, _, rest = path.partition("/")
        if self._unpacked or not top.endswith(".data") or not rest.strip("/"):
            return path
        scheme, _, path = rest.partition("/")
        if scheme in _LEFT_OUT or not path:
            return None
        if scheme not in _ROOT:
            self._refuse_member(
                info, f"is for an unknown place ({scheme!r}; known: data, headers, platlib, purelib, scripts)"
            )
        return path

    def _chunks(self, file: File) -> Iterator[bytes]:
        for start in range(0, file.compressed_size, CHUNK):
            yield self._read(file.offset + start, min(CHUNK, file.compressed_size - start))

    def _inflated(self, file: File, packed: Iterable[bytes]) -> Iterator[bytes]:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        done = 0
        try:
            for data in packed:
                while data and done <= file.size:
                    chunk = inflate.decompress(data, CHUNK)
                    data = inflate.unconsumed_tail
                    done += len(chunk)
                    yield chunk
            last = inflate.flush() if done <= file.size else b""
            done += len(last)
            yield last
        except zlib.error as error:
            self.refuse(f"cannot be unpacked at {file.path!r}: {error}", error)
        if done != file.size or not inflate.eof:
            self.refuse(f"does not hold the {file.size} bytes of {file.path!r} that it states")

    def _read(self, offset: int, size: int) -> bytes:
        try:
            data = os.pread(self._handle.fileno(), size, offset)
        except OSError as error:
            self.refuse(f"cannot be read: {error}", error)
        if len(data) != size:
            self.refuse("ends before its members do")
        return data

    def _refuse_member(self, info: zipfile.ZipInfo, reason: str) -> NoReturn:
        self.refuse(f"cannot be used: its member {info.orig_filename!r} {reason}")

    def refuse(self, reason: str, cause: BaseException | None = None) -> NoReturn:
        raise PackageError(
            f"{self._wheel.filename} {reason}",
            why="The wheel is damaged, or was made by a tool that does not keep to the format.",
            fix=f"Use another version of {self._wheel.name}, or report it to its authors.",
        ) from cause


class _Headers:
    """Reads from the front to the back of a file, a little ahead."""

    def __init__(self, read: Callable[[int, int], bytes], end: int) -> None:
        self._read = read
        self._end = end
        self._start = 0
        self._ahead = b""

    def at(self, offset: int, size: int) -> bytes:
        """Bytes before ``end``."""
        start = offset - self._start
        if start < 0 or start + size > len(self._ahead):
            self._ahead = self._read(offset, max(size, min(_AHEAD, self._end - offset)))
            self._start, start = offset, 0
        return self._ahead[start : start + size]


class _Unpacked:
    """The ``Source`` of one member in a compression that Lambda may not know: unpacked by zipfile, and stored as it is."""

    def __init__(self, archive: Archive, handle: io.FileIO, info: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._handle = handle
        self._info = info
        self.distribution = archive.distribution
        self.version = archive.version

    def label(self, file: File) -> str:
        return self._archive.label(file)

    def packed(self, file: File) -> tuple[int, Iterable[bytes]]:
        return self._info.CRC, self.content(file)

    def content(self, file: File) -> Iterator[bytes]:
        """The content; zipfile checks the CRC-32."""
        done = 0
        try:
            with zipfile.ZipFile(self._handle) as archive, archive.open(self._info) as member:
                while chunk := member.read(CHUNK):
                    done += len(chunk)
                    yield chunk
        except (*_BROKEN, OSError) as error:
            self._archive.refuse(f"cannot be unpacked at {file.path!r}: {error}", error)
        if done != file.size:
            self._archive.refuse(f"does not hold the {file.size} bytes of {file.path!r} that it states")


def _oddity(info: zipfile.ZipInfo) -> str:
    """What is wrong with a member; empty if nothing is."""
    kind = (info.external_attr >> 16) & _TYPE
    if kind == 0o120000:
        return "is a symbolic link"
    if not info.orig_filename.endswith("/") and kind not in _REGULAR:
        return f"is no regular file (mode {kind:o})"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if info.flag_bits & _PATCHED or info.compress_type not in {STORED, DEFLATED, *_UNPACKED_HERE}:
        return f"is compressed in a way that is not supported (method {info.compress_type})"
    if info.compress_type == STORED and info.compress_size != info.file_size:
        return "states two different sizes"
    return ""
