"""One ELF file, read as the loader reads it: program headers, the dynamic section, the versions it needs.

Section headers are not looked at: they lie at the very end, the loader ignores them, and strippers remove them. Nothing
that a file says makes this read more than a bounded amount. Source: the System V ABI, and the Linux Standard Base for
symbol versions.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from lambda_ci.model.audit import Binary, Kind
from lambda_ci.package.audit.window import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elftools.elf.structs import ELFStructs

    from lambda_ci.package.audit.window import Window

MAGIC = b"\x7fELF"
_SEGMENTS = 256
_TAGS = 4096
_VERSIONS = 4096
_STRING = 4096
_STRINGS = 32 << 20
_WEAK = 0x2
_PROGRAM = 0x0800_0000
"""DF_1_PIE: a program that may lie at any address is otherwise described as a library."""
_BITS = {b"\1": 32, b"\2": 64}
_ENDS = {b"\1": True, b"\2": False}
_IGNORED_MACHINES = {"EM_BPF", "EM_CUDA", "EM_AMDGPU"}
_MACHINES = {
    ("EM_X86_64", 64, True): "x86_64",
    ("EM_AARCH64", 64, True): "aarch64",
    ("EM_386", 32, True): "x86, 32 bits",
    ("EM_ARM", 32, True): "ARM, 32 bits",
    ("EM_X86_64", 32, True): "x32",
}


class _Malformed(Exception):
    """What is wrong with a file, in words."""


def read(path: str, window: Window) -> Binary:
    """The binary, with a ``fault`` where it is damaged. ``PackageError`` comes through from what the file lies in."""
    from elftools.common.exceptions import ELFError

    binary = Binary(path=path, kind=Kind.LIBRARY if ".so" in path.rpartition("/")[2] else Kind.OTHER, machine="")
    try:
        header = window.at(0, min(64, window.size))
        structs, head = _header(header)
        binary = replace(binary, kind=_kind(head, binary.kind), machine=_machine(head))
        if binary.kind is Kind.OTHER:
            return binary
        return _Reader(window, structs).describe(binary, head)
    except Outside:
        return replace(binary, fault="it is cut off: what its headers point to is not there")
    except (_Malformed, ELFError, ValueError, KeyError, TypeError, OverflowError, AttributeError) as error:
        return replace(
            binary, fault=f"its headers make no sense ({error})" if str(error) else "its headers make no sense"
        )


def _header(header: bytes) -> tuple[ELFStructs, Any]:
    """The structures that fit the file, and its header."""
    if header[4:5] not in _BITS or header[5:6] not in _ENDS:
        raise _Malformed("neither 32 nor 64 bits, or in no known order of bytes")
    structs = _structs(_BITS[header[4:5]], _ENDS[header[5:6]])
    if len(header) < structs.Elf_Ehdr.sizeof():
        raise Outside
    return structs, structs.Elf_Ehdr.parse(header)


@cache
def _structs(bits: int, little: bool) -> ELFStructs:  # noqa: FBT001 - not a switch, a property of the file
    """Made once: it takes pyelftools longer than reading a file. What differs by machine is not read here."""
    from elftools.elf.structs import ELFStructs

    structs = ELFStructs(little_endian=little, elfclass=bits)
    structs.create_basic_structs()
    structs.create_advanced_structs()
    return structs


def _machine(head: Any) -> str:  # noqa: ANN401 - a container of pyelftools
    ident = head["e_ident"]
    bits = 64 if ident["EI_CLASS"] == "ELFCLASS64" else 32
    little = ident["EI_DATA"] == "ELFDATA2LSB"
    name = str(head["e_machine"])
    if name == "EM_NONE":
        raise _Malformed("they name no machine")
    return _MACHINES.get((name, bits, little)) or f"{name.removeprefix('EM_').lower()}, {bits} bits"


def _kind(head: Any, named: Kind) -> Kind:  # noqa: ANN401 - a container of pyelftools
    if head["e_machine"] in _IGNORED_MACHINES:
        return Kind.OTHER
    match head["e_type"]:
        case "ET_DYN":
            return Kind.LIBRARY
        case "ET_EXEC":
            return Kind.PROGRAM
        case "ET_REL" | "ET_CORE":
            return Kind.OTHER
    return named


class _Reader:
    def __init__(self, window: Window, structs: ELFStructs) -> None:
        self._window = window
        self._structs = structs
        self._loaded: list[tuple[int, int, int]] = []

    def describe(self, binary: Binary, head: Any) -> Binary:  # noqa: ANN401 - a container of pyelftools
        segments = self._segments(head)
        self._loaded = [
            (int(one["p_vaddr"]), int(one["p_filesz"]), int(one["p_offset"]))
            for one in segments
            if one["p_type"] == "PT_LOAD"
        ]
        if any(offset + size > self._window.size for _, size, offset in self._loaded):
            raise Outside
        interpreter = next((self._interpreter(one) for one in segments if one["p_type"] == "PT_INTERP"), "")
        if interpreter and ".so" not in binary.path.rpartition("/")[2]:
            binary = replace(binary, kind=Kind.PROGRAM)
        dynamic = next((one for one in segments if one["p_type"] == "PT_DYNAMIC"), None)
        if dynamic is None:
            # Without a dynamic section nothing can be loaded from it; a program is linked statically.
            return replace(binary, interpreter=interpreter)
        return self._linked(replace(binary, interpreter=interpreter), self._tags(dynamic))

    def _segments(self, head: Any) -> list[Any]:  # noqa: ANN401 - a container of pyelftools
        count, size = int(head["e_phnum"]), self._structs.Elf_Phdr.sizeof()
        if count > _SEGMENTS:
            raise _Malformed(f"{count} program headers")
        return list(self._table(self._structs.Elf_Phdr, int(head["e_phoff"]), count, size))

    def _table(self, struct: Any, offset: int, count: int, size: int) -> Iterator[Any]:  # noqa: ANN401 - of pyelftools
        data = self._window.at(offset, count * size)
        for start in range(0, len(data), size):
            yield struct.parse(data[start : start + size])

    def _interpreter(self, segment: Any) -> str:  # noqa: ANN401 - a container of pyelftools
        return _text(self._window.at(int(segment["p_offset"]), min(int(segment["p_filesz"]), _STRING)))

    def _tags(self, segment: Any) -> dict[str, list[int]]:  # noqa: ANN401 - a container of pyelftools
        size = self._structs.Elf_Dyn.sizeof()
        count = min(int(segment["p_filesz"]) // size, _TAGS)
        tags: dict[str, list[int]] = {}
        for entry in self._table(self._structs.Elf_Dyn, int(segment["p_offset"]), count, size):
            if entry["d_tag"] == "DT_NULL":
                break
            tags.setdefault(str(entry["d_tag"]), []).append(int(entry["d_val"]))
        return tags

    def _linked(self, binary: Binary, tags: dict[str, list[int]]) -> Binary:
        if "DT_STRTAB" not in tags:
            return binary
        strings = self._place(tags["DT_STRTAB"][0])

        def names(tag: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(self._string(strings + offset) for offset in tags.get(tag, [])))

        def folders(tag: str) -> tuple[str, ...]:
            return tuple(folder for name in names(tag) for folder in name.split(":") if folder)

        return replace(
            binary,
            kind=Kind.PROGRAM if sum(tags.get("DT_FLAGS_1", [])[:1]) & _PROGRAM else binary.kind,
            needed=names("DT_NEEDED"),
            soname="".join(names("DT_SONAME")[:1]),
            rpath=folders("DT_RPATH"),
            runpath=folders("DT_RUNPATH"),
            symbols=self._symbols(tags, strings),
            module=self._defines(binary, strings, sum(tags.get("DT_STRSZ", [])[:1])),
        )

    def _place(self, address: int) -> int:
        """Where in the file something lies that is to be at this address in memory."""
        for start, size, offset in self._loaded:
            if start <= address < start + size:
                return address - start + offset
        raise _Malformed(f"address {address:#x} is in no segment")

    def _string(self, offset: int) -> str:
        return _text(self._window.upto(offset, _STRING))

    def _defines(self, binary: Binary, strings: int, size: int) -> bool:
        name = binary.path.rpartition("/")[2].removesuffix(".so")
        if not binary.path.endswith(".so") or not name.isidentifier() or size > _STRINGS:
            return False
        return f"\0PyInit_{name}\0".encode() in self._window.upto(strings, size)

    def _symbols(self, tags: dict[str, list[int]], strings: int) -> tuple[tuple[str, str], ...]:
        """Libraries and versions that must be there; those marked weak may be missing."""
        if "DT_VERNEED" not in tags:
            return ()
        found: dict[tuple[str, str], None] = {}
        place = self._place(tags["DT_VERNEED"][0])
        left = _VERSIONS
        for _ in range(min(sum(tags.get("DT_VERNEEDNUM", [])[:1]), _VERSIONS)):
            need = self._struct(self._structs.Elf_Verneed, place)
            library = self._string(strings + need["vn_file"])
            left -= need["vn_cnt"]
            if left < 0:
                raise _Malformed("more symbol versions than any file has")
            for version in self._versions(place + need["vn_aux"], need["vn_cnt"]):
                found[library, self._string(strings + version)] = None
            if not need["vn_next"]:
                break
            place += need["vn_next"]
        return tuple(found)

    def _versions(self, place: int, count: int) -> Iterator[int]:
        for _ in range(count):
            entry = self._struct(self._structs.Elf_Vernaux, place)
            if not entry["vna_flags"] & _WEAK:
                yield int(entry["vna_name"])
            if not entry["vna_next"]:
                return
            place += entry["vna_next"]

    def _struct(self, struct: Any, offset: int) -> Any:  # noqa: ANN401 - of pyelftools
        return struct.parse(self._window.at(offset, struct.sizeof()))


def _text(data: bytes) -> str:
    """Up to the end mark, and without what a terminal would act on."""
    text = data.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else "?" for letter in text)
