"""Shared libraries without debug symbols, made once for each wheel and kept beside it.

    CACHE_DIR/wheels/sha256/ab/abcd…/stripped-1-abcd….zip      the libraries that became smaller, under the paths that they are installed to
                                     stripped-1-abcd….json     its digest; without one there was nothing to gain

They are compressed by this machine's zlib, so that their bytes are the same wherever that is the same.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.adapters.drafts import copy_whole, write_whole
from lambda_ci.adapters.scratch import scratch
from lambda_ci.adapters.threads import in_parallel
from lambda_ci.model.artifact import Overlay
from lambda_ci.wheels.stripping.elf import MAGIC, same_for_loaders, stripped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Wheel

FORMAT = 1
"""To be raised whenever libraries are made otherwise."""
_AT_ONCE = 4
_SMALLEST = 8192
_LARGEST = 1 << 30
_1980 = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error)
_PLACED = {"purelib", "platlib", "data"}
_COPIED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class _Stopped(Exception):
    """Nobody waits for the overlay any more."""


def without_symbols(wheels: Sequence[Wheel], *, console: Console) -> tuple[Wheel, ...]:
    """The wheels, each with an overlay of its libraries without debug symbols where that saves something.

    A wheel stays as it is, with a word about it, where nothing can be kept beside it.
    """
    cancelled = threading.Event()
    work = partial(_without_symbols, console=console, stopped=cancelled.is_set)
    return tuple(in_parallel(work, wheels, threads=_AT_ONCE, cancelled=cancelled))


def _without_symbols(wheel: Wheel, *, console: Console, stopped: Callable[[], bool]) -> Wheel:
    try:
        overlay = _kept(wheel)
        if overlay is None:
            overlay = _made(wheel, console, stopped)
    except OSError as error:
        console.line(f"debug symbols stay in {wheel.filename}: {error.strerror or error}")
        return wheel
    except _Stopped:
        return wheel
    except _BROKEN:
        # The package stage reports what is wrong with it.
        return wheel
    return replace(wheel, overlays=(*wheel.overlays, overlay)) if overlay.size else wheel


def _kept(wheel: Wheel) -> Overlay | None:
    """What an earlier run made of this very wheel, checked; without a size where there was nothing to gain."""
    path, note = _paths(wheel)
    try:
        raw = json.loads(note.read_bytes())
        sha256, size = str(raw["overlay"]), int(raw["size"])
        if (raw["wheel"], raw["zlib"]) != (wheel.sha256, zlib.ZLIB_RUNTIME_VERSION) or (
            size and _digest(path) != sha256
        ):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Overlay(path=path, sha256=sha256, size=size)


def _made(wheel: Wheel, console: Console, stopped: Callable[[], bool]) -> Overlay:
    path, note = _paths(wheel)
    with scratch() as folder:
        draft = folder / path.name
        with draft.open("w+b") as file:
            count = _write(wheel, file, stopped)
        sha256, size = (_digest(draft), draft.stat().st_size) if count else ("", 0)
        if count:
            copy_whole(draft, path)
    told = {"wheel": wheel.sha256, "overlay": sha256, "size": size, "zlib": zlib.ZLIB_RUNTIME_VERSION}
    write_whole(note, json.dumps(told).encode())
    if count:
        console.line(
            f"left the debug symbols of {count} {'library' if count == 1 else 'libraries'} out of {wheel.filename}"
        )
    return Overlay(path=path, sha256=sha256, size=size)


def _write(wheel: Wheel, file: BinaryIO, stopped: Callable[[], bool]) -> int:
    """How many libraries became smaller and are in the zip file now."""
    count = 0
    with (
        zipfile.ZipFile(wheel.path) as archive,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made,
    ):
        for info, content in _smaller(archive):
            path = _place(info.filename)
            if not path:
                continue
            member = zipfile.ZipInfo(path, _1980)
            member.create_system, member.external_attr = 3, info.external_attr
            made.writestr(member, content, zipfile.ZIP_DEFLATED, 6)
            count += 1
            if stopped():
                raise _Stopped
    return count


def _place(name: str) -> str:
    """Where an installation puts a member (PEP 427); empty for what has no place in a package."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data") or not rest:
        return name
    scheme, _, path = rest.partition("/")
    return path if scheme in _PLACED else ""


def _smaller(archive: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    for info in archive.infolist():
        name = info.filename.rpartition("/")[2]
        if ".so" not in name or not _SMALLEST <= info.file_size <= _LARGEST or info.compress_type not in _COPIED:
            continue
        with archive.open(info) as member:
            start = member.read(len(MAGIC))
            content = start + member.read() if start == MAGIC else b""
        smaller = stripped(content) if content else None
        if smaller is not None and same_for_loaders(content, smaller):
            yield info, smaller


def _paths(wheel: Wheel) -> tuple[Path, Path]:
    name = f"stripped-{FORMAT}-{wheel.sha256[:12]}"
    return wheel.path.with_name(f"{name}.zip"), wheel.path.with_name(f"{name}.json")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
