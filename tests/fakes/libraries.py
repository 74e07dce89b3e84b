"""Shared libraries as linkers leave them: two segments, and behind them sections for debuggers and the sections' headers."""

from __future__ import annotations

import struct

_HEADER = struct.Struct("<16s2HI3QI6H")
_SEGMENT = struct.Struct("<2I6Q")
_SECTION = struct.Struct("<2I4Q2I2Q")
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
PAGE = 0x1000


def library(
    *,
    code: bytes = b"code" * 100,
    data: bytes = b"data" * 50,
    symbols: bytes = b"s" * 20_000,
    between: bytes = b"",
    name: bytes = b".symtab",
    payload: bytes = b"",
    kind: int = 3,
    machine: int = 62,
    interpreter: bool = False,
    dynamic: bool = True,
) -> bytes:
    """``between``: what lies between the two segments (as after patchelf); ``payload``: what lies behind everything."""
    kinds = [_LOAD, _LOAD] + [_DYNAMIC] * dynamic + [_INTERPRETER] * interpreter
    head = _HEADER.size + len(kinds) * _SEGMENT.size
    first = head + len(code)
    second = -(-(first + len(between)) // PAGE) * PAGE
    address = 16 * PAGE
    segments = [(0, 0, first), (second, address, len(data)), (second, address, min(16, len(data))), (head, head, 8)]
    table = b"".join(
        _SEGMENT.pack(one, 4, offset, place, place, size, size, PAGE if one == _LOAD else 8)
        for one, (offset, place, size) in zip(kinds, [*segments[: 2 + dynamic], *segments[3:]], strict=False)
    )
    body = (table + code).ljust(first - _HEADER.size) + between
    body = body.ljust(second - _HEADER.size, b"\0") + data
    at = _HEADER.size + len(body)
    names = b"\0.shstrtab\0" + name + b"\0"
    sections = [
        _SECTION.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        _SECTION.pack(1, 3, 0, 0, at, len(names), 0, 0, 1, 0),
        _SECTION.pack(11, 1, 0, 0, at + len(names), len(symbols), 0, 0, 1, 0),
    ]
    tail = names + symbols + b"".join(sections) + payload
    header = _HEADER.pack(
        b"\x7fELF\2\1\1" + bytes(9),
        kind,
        machine,
        1,
        0,
        _HEADER.size,
        at + len(names) + len(symbols),
        0,
        _HEADER.size,
        _SEGMENT.size,
        len(kinds),
        _SECTION.size,
        len(sections),
        1,
    )
    return header + body + tail
