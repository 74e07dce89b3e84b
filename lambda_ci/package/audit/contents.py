"""What the files of one wheel, or the function's own, hold for the audit: binaries, and what METADATA declares."""

from __future__ import annotations

import os
import re
import zlib
from typing import TYPE_CHECKING

from lambda_ci.model.audit import Binary, Contents, Kind, Requirement
from lambda_ci.package.audit import elf
from lambda_ci.package.audit.window import Window
from lambda_ci.package.file import DEFLATED, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.package.file import File

_NEVER_LOADED = (
    *(".py", ".pyi", ".pyc", ".pxd", ".pyx", ".h", ".hpp", ".txt", ".json", ".md", ".rst", ".csv", ".html", ".js"),
    *(".debug", ".dbg"),
)
_SMALLEST = 4
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_LARGEST_METADATA = 8 << 20
_MACOS = {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"}
"""Mach-O of 64 and 32 bits, and several of them in one file (which Java's classes begin like as well)."""
_THREADS = 4
_ONLY_WITH_EXTRA = re.compile(r"""(?:(?!\bor\b).)*\bextra\s*==\s*["'][^"']*["']\s*\)?\s*""")


def contents(groups: Sequence[Sequence[File]]) -> list[Contents]:
    """What each group of files holds; all of them at once, so that the largest files do not wait for each other.

    A damaged binary is a binary with a ``fault``; ``PackageError`` where a wheel is damaged itself.
    """
    found = [[(file, magic) for file in files if (magic := _magic(file))] for files in groups]
    read_of = dict(_inspected([file for pairs in found for file, magic in pairs if magic == elf.MAGIC]))
    return [
        Contents(
            binaries=tuple(read_of.get(id(file)) or _for_macos(file) for file, _ in pairs),
            requirements=tuple(one for file in files if _is_metadata(file) for one in _declared(read(file))),
        )
        for files, pairs in zip(groups, found, strict=True)
    ]


def _for_macos(file: File) -> Binary:
    return Binary(path=file.path, kind=Kind.LIBRARY, machine="macOS")


def _magic(file: File) -> bytes:
    """The first four bytes of what may be a binary; empty for everything else."""
    if file.size < _SMALLEST or file.path.endswith(_NEVER_LOADED):
        return b""
    magic = _first(file)[:_SMALLEST]
    library = ".so" in file.path.rpartition("/")[2]
    return magic if magic == elf.MAGIC or (library and magic in _MACOS) else b""


def _first(file: File) -> bytes:
    """The beginning of a file, without unpacking more of it."""
    if file.method != DEFLATED:
        return next(iter(file.source.content(file)), b"")
    _, packed = file.source.packed(file)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(next(iter(packed), b""), _SMALLEST)
    except zlib.error:
        return b""


def _inspected(files: Sequence[File]) -> Iterator[tuple[int, Binary]]:
    """Each file's ``id`` and what it is. Compressed ones side by side: unpacking leaves the interpreter free."""
    packed = sorted((file for file in files if file.method == DEFLATED), key=lambda file: -file.size)
    yield from (_inspect(file) for file in files if file.method != DEFLATED)
    if len(packed) < 2:
        yield from map(_inspect, packed)
        return
    from concurrent.futures import ThreadPoolExecutor

    # Already imported when the threads begin, so that they do not wait for each other's imports.
    import elftools.elf.structs  # noqa: F401

    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as threads:
        yield from threads.map(_inspect, packed)


def _inspect(file: File) -> tuple[int, Binary]:
    return id(file), elf.read(file.path, Window(lambda: file.source.content(file), file.size))


def _is_metadata(file: File) -> bool:
    return file.path.endswith("METADATA") and bool(_METADATA.fullmatch(file.path)) and file.size <= _LARGEST_METADATA


def _declared(metadata: bytes) -> Iterator[Requirement]:
    """What holds without extras; what cannot be understood is nobody's requirement here: the lock has decided on it."""
    from email.parser import BytesHeaderParser

    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Declared
    from packaging.utils import canonicalize_name

    for text in BytesHeaderParser().parsebytes(metadata).get_all("Requires-Dist", []):
        try:
            declared = Declared(str(text))
        except InvalidRequirement:
            continue
        marker = str(declared.marker or "")
        if not _ONLY_WITH_EXTRA.fullmatch(marker):
            yield Requirement(name=canonicalize_name(declared.name), marker=marker)
