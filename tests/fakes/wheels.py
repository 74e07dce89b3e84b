"""Wheels made on the spot: ordinary ones, and everything that a zip file can get wrong.

    wheel(folder, "demo", {"demo/__init__.py": b"", "demo/core.py": Entry(b"x = 1", mode=0o100755)})

Each part of an ``Entry`` that is left alone is what an honest tool would write.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import Wheel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One member. ``name`` and ``local_name`` are raw bytes in place of the path's UTF-8."""

    content: bytes = b""
    method: int = 8
    mode: int = 0o100644
    flags: int = 0
    system: int = 3
    name: bytes | None = None
    local_name: bytes | None = None
    size: int | None = None
    compressed_size: int | None = None
    crc: int | None = None
    offset: int | None = None
    raw: bytes | None = None
    local_extra: bytes = b""
    descriptor: bool = False
    zip64: bool = False

    @property
    def packed(self) -> bytes:
        return self.raw if self.raw is not None else _compressed(self.content, self.method)


def archive(
    files: Mapping[str, bytes | Entry] | Sequence[tuple[str, bytes | Entry]],
    *,
    prefix: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """A zip file with these members, in this order; a sequence may name a path twice."""
    pairs = files if not hasattr(files, "items") else list(files.items())
    body, central = bytearray(prefix), bytearray()
    for path, content in pairs:
        entry = content if isinstance(content, Entry) else Entry(content)
        start = len(body)
        body += _local(path, entry)
        central += _central(path, entry, start)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(pairs), len(pairs), len(central), len(body), len(comment))
    return bytes(body + central + end + comment)


def wheel(
    folder: Path,
    name: str,
    files: Mapping[str, bytes | Entry] | Sequence[tuple[str, bytes | Entry]],
    *,
    version: str = "1.0",
    prefix: bytes = b"",
) -> Wheel:
    """A wheel on disk as the ``wheels`` stage hands it on. ``dist-info`` is added."""
    info = f"{name}-{version}.dist-info"
    pairs = list(files.items()) if hasattr(files, "items") else list(files)
    pairs.append((f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()))
    pairs.append((f"{info}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"))
    return put(folder, archive(pairs, prefix=prefix), name=name, version=version)


def put(folder: Path, content: bytes, *, name: str = "demo", version: str = "1.0") -> Wheel:
    """Any bytes as a wheel on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Wheel(name=name, version=version, filename=path.name, path=path, sha256=digest, size=len(content))


def _compressed(content: bytes, method: int) -> bytes:
    match method:
        case 8:
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            return packer.compress(content) + packer.flush()
        case 12:
            return bz2.compress(content)
        case 14:
            return _lzma(content)
    return content


def _lzma(content: bytes) -> bytes:
    """LZMA as zip files hold it: version and properties of the coder, then its stream without an end mark."""
    properties = struct.pack("<BI", 93, 1 << 20)
    coder = {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}
    packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[coder])
    return struct.pack("<BBH", 9, 4, len(properties)) + properties + packer.compress(content) + packer.flush()


def _flags(path: str, entry: Entry) -> int:
    return entry.flags | (0 if path.isascii() or entry.name is not None else 0x800) | (0x8 if entry.descriptor else 0)


def _facts(entry: Entry) -> tuple[int, int, int]:
    packed = entry.packed
    crc = zlib.crc32(entry.content) if entry.crc is None else entry.crc
    size = len(entry.content) if entry.size is None else entry.size
    return crc, len(packed) if entry.compressed_size is None else entry.compressed_size, size


def _local(path: str, entry: Entry) -> bytes:
    name = next(name for name in (entry.local_name, entry.name, path.encode()) if name is not None)
    crc, compressed, size = _facts(entry)
    extra = entry.local_extra
    if entry.zip64:
        extra += struct.pack("<HHQQ", 1, 16, size, compressed)
    stated = (
        (0, 0, 0) if entry.descriptor else (crc, 0xFFFFFFFF, 0xFFFFFFFF) if entry.zip64 else (crc, compressed, size)
    )
    header = struct.pack(
        "<4s5H3I2H",
        b"PK\3\4",
        45 if entry.zip64 else 20,
        _flags(path, entry),
        entry.method,
        0,
        0x21,
        *stated,
        len(name),
        len(extra),
    )
    trailer = struct.pack("<4s3I", b"PK\7\x08", crc, compressed, size) if entry.descriptor else b""
    return header + name + extra + entry.packed + trailer


def _central(path: str, entry: Entry, start: int) -> bytes:
    name = path.encode() if entry.name is None else entry.name
    crc, compressed, size = _facts(entry)
    offset = start if entry.offset is None else entry.offset
    extra = struct.pack("<HHQQQ", 1, 24, size, compressed, offset) if entry.zip64 else b""
    stated = (0xFFFFFFFF,) * 3 if entry.zip64 else (compressed, size, offset)
    made_by = entry.system << 8 | 20
    head = (made_by, 45 if entry.zip64 else 20, _flags(path, entry), entry.method, 0, 0x21, crc, *stated[:2])
    tail = (len(name), len(extra), 0, 0, 0, entry.mode << 16, stated[2])
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", *head, *tail) + name + extra


def readable(content: bytes) -> dict[str, bytes]:
    """The members of a zip file, by path."""
    import io

    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}
