"""A shared library without what its loader never looks at: symbols for debuggers, debug information, section headers.

The loader reads the ELF header, the program headers and the segments to be loaded, nothing else of the file. So exactly those
are kept, byte for byte, and moved together; what remains is checked against the original (``same_for_loaders``). Unlike tools that
rewrite sections this breaks no library that auditwheel or patchelf has changed, needs no tool for the file's machine, and
gives the same bytes everywhere. Source: System V ABI, chapters 4 and 5; glibc's elf/dl-load.c.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    _Loaded = tuple[bytes, "Segment", tuple[int, int]]
    """A file, one of its segments, and where its program headers lie."""

MAGIC = b"\x7fELF\2\1"
"""64 bits, little end first: x86_64 and arm64."""
_HEADER = struct.Struct("<16s2HI3QI6H")
_SEGMENT = struct.Struct("<2I6Q")
_SECTION = struct.Struct("<2I4Q2I2Q")
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_SHARED_LIBRARY = 3
_NOTHING_IN_THE_FILE = 8
_LOADED = 0x2
_MOST = 256
_PADDING = 64
"""Bytes behind the last part of a file that are no content of their own."""
_PIECE = 1 << 20
_LEAST = 4096
"""Bytes below which it is not worth while, nor below a hundredth of the file."""
_FOR_DEBUGGERS = re.compile(
    rb"\.(symtab|strtab|shstrtab|symtab_shndx|comment|z?debug_.*|rel(a)?\.z?debug_.*|gnu_debug(link|data|altlink)|gdb_index|stab.*"
    rb"|note(\..*)?|gnu\.build\.attributes.*|GCC\.command\.line|llvm.*|annobin.*|ARM\.attributes|gnu\.lto_.*|line|rustc)|"
)


class Unusual(Exception):
    """The file is built in a way that is left alone."""


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One program header. All numbers are bytes or addresses."""

    type: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int
    memory: int
    align: int

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def packed(self) -> bytes:
        return _SEGMENT.pack(
            self.type, self.flags, self.offset, self.address, self.physical, self.size, self.memory, self.align
        )


def stripped(content: bytes) -> bytes | None:
    """The library without it; ``None`` where there is nothing to gain, or the file is no plain shared library."""
    try:
        return _stripped(content)
    except (Unusual, struct.error, OverflowError):
        return None


def same_for_loaders(one: bytes, other: bytes) -> bool:
    """Whether two libraries look the same in memory: the same segments at the same addresses with the same content, but for
    what describes the file itself (the ELF header and where in the file things lie)."""
    try:
        before, after = segments(one), segments(other)
        tables = [(_table(content), len(before) * _SEGMENT.size) for content in (one, other)]
    except (Unusual, struct.error, OverflowError):
        return False
    if [replace(segment, offset=0) for segment in before] != [replace(segment, offset=0) for segment in after]:
        return False
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0].type == _LOAD]
    aligned = all((b.offset - b.address) % (b.align or 1) == 0 for _, b in pairs)
    alike = _HEADER.unpack_from(one)[:4] == _HEADER.unpack_from(other)[:4]
    return aligned and alike and all(_same_content((one, a, tables[0]), (other, b, tables[1])) for a, b in pairs)


def segments(content: bytes) -> list[Segment]:
    """The program headers. Raises Unusual."""
    header = _HEADER.unpack_from(content)
    place, size, count = header[5], header[9], header[10]
    if not content.startswith(MAGIC) or size != _SEGMENT.size or count > _MOST:
        raise Unusual
    found: list[Segment] = []
    for index in range(count):
        kind, flags, offset, address, physical, length, memory, align = _SEGMENT.unpack_from(
            content, place + index * size
        )
        found.append(
            Segment(
                type=kind,
                flags=flags,
                offset=offset,
                address=address,
                physical=physical,
                size=length,
                memory=memory,
                align=align,
            )
        )
    return found


def _stripped(content: bytes) -> bytes | None:
    found = segments(content)
    loaded = sorted((one for one in found if one.type == _LOAD), key=lambda one: one.offset)
    _refuse_unusual(content, found, loaded)
    moved = _moved(loaded)
    end = max(new + one.size for one, new in zip(loaded, moved, strict=True))
    if len(content) - end < max(_LEAST, len(content) // 100):
        return None
    result = bytearray(end)
    for one, new in zip(loaded, moved, strict=True):
        result[new : new + one.size] = content[one.offset : one.end]
    table = _place(_table(content), loaded, moved)
    fields = list(_HEADER.unpack_from(content))
    fields[5], fields[6], fields[12], fields[13] = table, 0, 0, 0
    _HEADER.pack_into(result, 0, *fields)
    headers = [replace(one, offset=_place(one.offset, loaded, moved)) if one.size else one for one in found]
    packed = b"".join(one.packed for one in headers)
    result[table : table + len(packed)] = packed
    return bytes(result)


def _refuse_unusual(content: bytes, found: Sequence[Segment], loaded: Sequence[Segment]) -> None:
    """Only a shared library that loads its own headers, whose parts lie one behind the other, and nothing behind them."""
    kinds = {one.type for one in found}
    header = _HEADER.unpack_from(content)
    table = header[5], header[5] + header[10] * _SEGMENT.size
    usual = (
        header[1] == _SHARED_LIBRARY
        and bool(loaded)
        and _DYNAMIC in kinds
        and _INTERPRETER not in kinds
        and loaded[0].offset == 0
        and loaded[0].size >= _HEADER.size
        and loaded[-1].end <= len(content)
        and all(one.end <= other.offset for one, other in pairwise(loaded))
        and all((one.offset - one.address) % (one.align or 1) == 0 for one in loaded)
        and any(one.offset <= table[0] and table[1] <= one.end for one in loaded)
        and all(any(out.offset <= one.offset and one.end <= out.end for out in loaded) for one in found if one.size)
    )
    if not usual or not _is_for_debuggers(content, loaded[-1].end):
        raise Unusual


def _is_for_debuggers(content: bytes, loaded: int) -> bool:
    """Whether all that is not loaded is known to be for debuggers and linkers; some tools append data of their own."""
    header = _HEADER.unpack_from(content)
    place, size, count, names = header[6], header[11], header[12], header[13]
    if size != _SECTION.size or not count or names >= count:
        return False
    sections = [_SECTION.unpack_from(content, place + index * size) for index in range(count)]
    texts = content[sections[names][4] :][: sections[names][5]]
    end = max(loaded, place + count * size)
    for name, kind, flags, _, offset, length, *_ in sections:
        if kind != _NOTHING_IN_THE_FILE:
            end = max(end, offset + length)
        if not flags & _LOADED and length and not _FOR_DEBUGGERS.fullmatch(texts[name:].split(b"\0", 1)[0]):
            return False
    return len(content) - int(end) < _PADDING


def _moved(loaded: Sequence[Segment]) -> list[int]:
    """Where the segments go: as near to the beginning as their alignment allows."""
    places: list[int] = []
    free = 0
    for one in loaded:
        align = one.align or 1
        free += (one.address - free) % align
        places.append(free)
        free += one.size
    return places


def _place(offset: int, loaded: Sequence[Segment], moved: Sequence[int]) -> int:
    for one, new in zip(loaded, moved, strict=True):
        if one.offset <= offset <= one.end:
            return new + offset - one.offset
    raise Unusual


def _table(content: bytes) -> int:
    return int(_HEADER.unpack_from(content)[5])


def _same_content(one: _Loaded, other: _Loaded) -> bool:
    """Whether two segments of one size hold the same, looked at piece by piece."""
    return all(_piece(one, start) == _piece(other, start) for start in range(0, one[1].size, _PIECE))


def _piece(loaded: _Loaded, start: int) -> bytes:
    """A part of what is loaded of a file, with the descriptions of the file blanked out."""
    content, segment, table = loaded
    begin = segment.offset + start
    end = min(begin + _PIECE, segment.end)
    piece = bytearray(content[begin:end])
    for place, size in ((0, _HEADER.size), table):
        first, last = max(0, place - begin), min(place + size, end) - begin
        if last > first:
            piece[first:last] = bytes(last - first)
    return bytes(piece)
