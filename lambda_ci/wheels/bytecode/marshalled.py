"""Marshalled code in the one form that follows from its value. Run by the target's Python: standard library only, 3.8 and later."""

from __future__ import annotations

import struct
import sys
from typing import Any, Dict, List, Optional, Set, Tuple, Union

_SIZE = struct.Struct("<I")
_SIGNED = struct.Struct("<i")
_INLINE = 5
"""Bytes of a reference: what is as short is written again instead."""
_FLAG = 0x80
_FIXED = {ord("i"): 4, ord("g"): 8, ord("y"): 16}
_TEXTS = {ord("z"): 0, ord("Z"): 1, ord("a"): 0, ord("A"): 1, ord("u"): 2, ord("t"): 3}
"""Kinds of strings: bit 0 for interned ones, bit 1 for those beyond ASCII."""
_CODE = (20, 8, 2) if sys.version_info >= (3, 11) else (24, 8, 1)
"""Of a code object: bytes of numbers, objects, and after the first line's number the objects that follow."""


class _Code:
    """A code object: never merged with another, unlike everything else."""

    __slots__ = ("after", "before", "line", "numbers")

    def __init__(self, numbers: bytes, before: Tuple[_Node, ...], line: bytes, after: Tuple[_Node, ...]) -> None:
        self.numbers, self.before, self.line, self.after = numbers, before, line, after


_Node = Union[bytes, str, Tuple[Any, ...], _Code]
"""What marshal knows: an atom as its bytes; a string as ``a`` or ``u`` and its bytes; the kind and the members; code."""


def canonical(data: bytes) -> bytes:
    """Marshalled code (version 4 and 5), written in the one way that follows from its value.

    marshal's own output tells more: how many references there were to a constant, whether a string was already interned,
    in which order a set happened to lie in memory. Here equal constants are one, sets are sorted, and a reference is written
    where there is a second use. Raises ValueError for what is not known.
    """
    reader = _Reader(data)
    root = reader.node()
    if reader.position != len(data):
        raise ValueError("there is more than one object")
    return _Writer(reader.interned).written(root)


class _Reader:
    """Format: https://github.com/python/cpython/blob/main/Python/marshal.c"""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.interned = {"a", "u"}
        self._known: List[Optional[_Node]] = []

    def node(self) -> _Node:
        data, start = self.data, self.position
        kind = data[start] & ~_FLAG
        self.position = start + 1
        if kind == ord("r"):
            found = self._known[self._number()]
            if found is None:
                raise ValueError("an object refers to itself")
            return found
        flagged = data[start] & _FLAG
        slot = len(self._known)
        if flagged:
            self._known.append(None)
        node = self._of(kind)
        if flagged:
            self._known[slot] = node
        return node

    def _of(self, kind: int) -> _Node:
        if kind in _TEXTS:
            return self._text(kind)
        if kind == ord(")"):
            self.position += 1
            return ("(", *self._nodes(self.data[self.position - 1]))
        if kind == ord("("):
            return ("(", *self._nodes(self._number()))
        if kind == ord(">"):
            return (">", *sorted(self._nodes(self._number()), key=_flat))
        if kind == ord(":"):
            return (":", *self._nodes(3))
        return self._code() if kind == ord("c") else self._atom(kind)

    def _atom(self, kind: int) -> bytes:
        start = self.position
        if kind == ord("s"):
            size = 4 + int(_SIZE.unpack_from(self.data, start)[0])
        elif kind == ord("l"):
            size = 4 + 2 * abs(int(_SIGNED.unpack_from(self.data, start)[0]))
        elif kind in b"NTFS.":
            size = 0
        else:
            size = _FIXED.get(kind, -1)
        if size < 0:
            raise ValueError("unknown kind of object: %r" % chr(kind))
        self.position = start + size
        return bytes((kind,)) + self.data[start : start + size]

    def _text(self, kind: int) -> str:
        if kind in b"zZ":
            size = self.data[self.position]
            self.position += 1
        else:
            size = self._number()
        start, traits = self.position, _TEXTS[kind]
        self.position = start + size
        text = ("u" if traits & 2 else "a") + self.data[start : start + size].decode("latin-1")
        if traits & 1 or _is_single(text):
            self.interned.add(text)
        return text

    def _code(self) -> _Code:
        size, before, after = _CODE
        numbers = self._bytes(size)
        first = tuple(self._nodes(before))
        line = self._bytes(4)
        return _Code(numbers, first, line, tuple(self._nodes(after)))

    def _nodes(self, count: int) -> List[_Node]:
        return [self.node() for _ in range(count)]

    def _number(self) -> int:
        return int(_SIZE.unpack(self._bytes(4))[0])

    def _bytes(self, size: int) -> bytes:
        self.position += size
        return self.data[self.position - size : self.position]


def _is_single(text: str) -> bool:
    """Strings of one Latin-1 character exist once in a process, and are interned as soon as anybody interns them."""
    return len(text) == 2 or (len(text) == 3 and text[0] == "u" and text[1] in "\xc2\xc3")


def _flat(node: _Node) -> bytes:
    if isinstance(node, bytes):
        return node
    if isinstance(node, tuple):
        kind: str = node[0]
        return kind.encode() + _SIZE.pack(len(node)) + b"".join(map(_flat, node[1:]))
    if isinstance(node, str):
        return node.encode("latin-1") + b"\0"
    raise ValueError("a set has code in it")


class _Writer:
    def __init__(self, interned: Set[str]) -> None:
        self._interned = interned
        self._uses: Dict[_Node, int] = {}
        self._numbers: Dict[_Node, int] = {}
        self._out = bytearray()

    def written(self, root: _Node) -> bytes:
        self._count(root)
        self._write(root)
        return bytes(self._out)

    def _count(self, node: _Node) -> None:
        uses = self._uses.get(node, 0)
        self._uses[node] = uses + 1
        if not uses and not isinstance(node, (bytes, str)):
            for child in (*node.before, *node.after) if isinstance(node, _Code) else node[1:]:
                self._count(child)

    def _write(self, node: _Node) -> None:
        number = self._numbers.get(node)
        if number is not None:
            self._out += b"r" + _SIZE.pack(number)
            return
        flag = 0
        if self._uses[node] > 1 and not _is_short(node):
            self._numbers[node] = len(self._numbers)
            flag = _FLAG
        if isinstance(node, bytes):
            self._out.append(node[0] | flag)
            self._out += node[1:]
        elif isinstance(node, str):
            self._write_text(node, flag)
        elif isinstance(node, _Code):
            self._write_code(node, flag)
        else:
            self._write_members(node[0], node[1:], flag)

    def _write_text(self, text: str, flag: int) -> None:
        content, interned = text[1:].encode("latin-1"), text in self._interned
        if text[0] == "u":
            self._out.append(ord("t" if interned else "u") | flag)
            self._out += _SIZE.pack(len(content))
        elif len(content) < 256:
            self._out += bytes((ord("Z" if interned else "z") | flag, len(content)))
        else:
            self._out.append(ord("A" if interned else "a") | flag)
            self._out += _SIZE.pack(len(content))
        self._out += content

    def _write_members(self, kind: str, members: Tuple[_Node, ...], flag: int) -> None:
        if kind == "(" and len(members) < 256:
            self._out += bytes((ord(")") | flag, len(members)))
        else:
            self._out.append(ord(kind) | flag)
            self._out += b"" if kind == ":" else _SIZE.pack(len(members))
        for member in members:
            self._write(member)

    def _write_code(self, code: _Code, flag: int) -> None:
        self._out.append(ord("c") | flag)
        self._out += code.numbers
        for child in code.before:
            self._write(child)
        self._out += code.line
        for child in code.after:
            self._write(child)


def _is_short(node: _Node) -> bool:
    if isinstance(node, str):
        return node[0] == "a" and len(node) + 1 <= _INLINE
    return len(node) <= (_INLINE if isinstance(node, bytes) else 1) if not isinstance(node, _Code) else False
