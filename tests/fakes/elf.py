"""ELF files made on the spot: small, loadable by nobody, and described as a linker would.

elf(needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.17"]})
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

X86_64, AARCH64, I386 = 62, 183, 3
REL, EXEC, DYN = 1, 2, 3
_LOAD, _DYNAMIC, _INTERP = 1, 2, 3
_NEEDED, _STRTAB, _STRSZ, _SONAME, _RPATH, _RUNPATH = 1, 5, 10, 14, 15, 29
_VERNEED, _VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF
_BASE = 0x1000
"""What addresses in memory are more than offsets in the file."""


@dataclass
class _Strings:
    data: bytearray = field(default_factory=lambda: bytearray(b"\0"))

    def add(self, text: str) -> int:
        found = self.data.find(b"\0" + text.encode() + b"\0")
        if found >= 0:
            return found + 1
        self.data += text.encode() + b"\0"
        return len(self.data) - len(text.encode()) - 1


def elf(
    *,
    machine: int = X86_64,
    bits: int = 64,
    little: bool = True,
    kind: int = DYN,
    needed: Sequence[str] = (),
    soname: str = "",
    rpath: str = "",
    runpath: str = "",
    versions: Mapping[str, Sequence[str]] | None = None,
    weak: bool = False,
    interpreter: str = "",
    symbols: Sequence[str] = (),
    static: bool = False,
    padding: int = 0,
) -> bytes:
    """A whole file. ``padding``: bytes of code before the dynamic section. ``static``: without one."""
    end, word = "<" if little else ">", "Q" if bits == 64 else "I"
    strings = _Strings()
    names = [(_NEEDED, strings.add(name)) for name in needed]
    names += [
        (tag, strings.add(text)) for tag, text in ((_SONAME, soname), (_RPATH, rpath), (_RUNPATH, runpath)) if text
    ]
    for symbol in symbols:
        strings.add(symbol)
    need = _verneed(strings, versions or {}, end=end, weak=weak)
    header_size, segment_size = (64, 56) if bits == 64 else (52, 32)
    segments = 1 + bool(interpreter) + (not static)
    at = header_size + segments * segment_size
    interp = interpreter.encode() + b"\0" if interpreter else b""
    strtab = at + len(interp)
    verneed = strtab + len(strings.data)
    dynamic = verneed + len(need) + padding
    tags = [*names, (_STRTAB, _BASE + strtab), (_STRSZ, len(strings.data))]
    if need:
        tags += [(_VERNEED, _BASE + verneed), (_VERNEEDNUM, len(versions or {}))]
    table = b"".join(struct.pack(f"{end}2{word}", *tag) for tag in [*tags, (0, 0)])
    size = dynamic + (0 if static else len(table))
    heads = _segment(end, bits, _LOAD, 0, size)
    heads += _segment(end, bits, _INTERP, at, len(interp)) if interpreter else b""
    heads += b"" if static else _segment(end, bits, _DYNAMIC, dynamic, len(table))
    ident = b"\x7fELF" + bytes([bits // 32, 1 if little else 2, 1, 0]) + bytes(8)
    header = ident + struct.pack(
        f"{end}HHI3{word}I6H", kind, machine, 1, 0, header_size, 0, 0, header_size, segment_size, segments, 0, 0, 0
    )
    body = header + heads + interp + bytes(strings.data) + need + b"\x90" * padding
    return body if static else body + table


def _segment(end: str, bits: int, kind: int, offset: int, size: int) -> bytes:
    address = _BASE + offset
    if bits == 64:
        return struct.pack(f"{end}2I6Q", kind, 4, offset, address, address, size, size, 8)
    return struct.pack(f"{end}8I", kind, offset, address, address, size, size, 4, 4)


def _verneed(strings: _Strings, versions: Mapping[str, Sequence[str]], *, end: str, weak: bool) -> bytes:
    table = b""
    for number, (library, names) in enumerate(versions.items(), 1):
        last = number == len(versions)
        size = 16 + 16 * len(names)
        table += struct.pack(f"{end}2H3I", 1, len(names), strings.add(library), 16, 0 if last else size)
        for index, name in enumerate(names, 1):
            flags = 2 if weak else 0
            following = 0 if index == len(names) else 16
            table += struct.pack(f"{end}I2H2I", 0, flags, index + 1, strings.add(name), following)
    return table
