"""The directory of a zip file, from the bytes at its end: names, sizes and checksums without any content.

What comes from AWS was uploaded by somebody, so nothing in it is taken for granted. zip64 is not read: Lambda takes no such file.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_END = struct.Struct("<4s4H2IH")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_UTF8 = 0x800
_STORED, _DEFLATED = 0, 8
HEADER = _LOCAL.size + 2048
"""Bytes that a member's local header takes at most; a longer one makes the member unreadable, which is no loss."""


class Foreign(Exception):
    """The bytes are no zip file that can be understood; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One file of a zip. Sizes in bytes; ``offset`` is where its local header begins."""

    path: str
    size: int
    compressed_size: int
    crc: int
    method: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Where a zip's directory lies, and how many entries it has."""

    start: int
    size: int
    count: int


def locate(tail: bytes, total: int) -> Directory:
    """The directory's place, from the last bytes of the file (of ``total``). Raises Foreign."""
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if len(tail) - at >= _END.size:
            _, _, _, _, count, size, start, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail) and start + size <= total - (len(tail) - at):
                return Directory(start=start, size=size, count=count)
        at = tail.rfind(b"PK\5\6", 0, at)
    raise Foreign("it does not end as a zip file does")


def entries(directory: bytes, count: int) -> list[Entry]:
    """The files that a directory lists; folders are left out. Raises Foreign."""
    found: list[Entry] = []
    place = 0
    for _ in range(count):
        if directory[place : place + 4] != b"PK\1\2" or len(directory) < place + _CENTRAL.size:
            raise Foreign("its directory is damaged")
        fields = _CENTRAL.unpack_from(directory, place)
        flags, method, crc, compressed, size, name, extra, comment = (fields[3], fields[4], *fields[7:13])
        start = place + _CENTRAL.size
        raw = directory[start : start + name]
        place = start + name + extra + comment
        if not raw.endswith(b"/"):
            path = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
            found.append(
                Entry(path=path, size=size, compressed_size=compressed, crc=crc, method=method, offset=fields[16])
            )
    return found


def unpacked(member: bytes, entry: Entry, *, most: int) -> bytes:
    """The content of a member, from the bytes that begin with its local header; at most so much. Raises Foreign."""
    if member[:4] != b"PK\3\4" or len(member) < _LOCAL.size or entry.size > most:
        raise Foreign("a member is not where its directory says")
    *_, name, extra = _LOCAL.unpack_from(member)
    start = _LOCAL.size + name + extra
    data = member[start : start + entry.compressed_size]
    if entry.method == _STORED:
        return data
    if entry.method != _DEFLATED:
        raise Foreign("a member is compressed in an unknown way")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
    except zlib.error as error:
        raise Foreign("a member is damaged") from error
