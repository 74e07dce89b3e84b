"""Whether the bytecode of wheels has any chance to fit on Lambda: compiling what cannot be used takes long."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.wheel_notes import keep, load
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.model.artifact import Wheel

_LEAST = 0.9
"""Bytes of bytecode for a byte of source: between 1.0 and 1.4 for the packages that were measured."""
_SMALL = 30_000_000
"""Bytes of wheels that are far from any limit."""
_MIB = 1 << 20
_NOTE, _FORMAT = "sizes", 1


def too_large(wheels: Iterable[Wheel]) -> str:
    """Why the wheels as they are leave no room for their bytecode, in words; empty where they may. Told from their directories."""
    chosen = list(wheels)
    if sum(wheel.size for wheel in chosen) < _SMALL:
        return ""
    try:
        sizes = [_noted(wheel) for wheel in chosen]
    except (OSError, zipfile.BadZipFile):
        return ""
    limit, size = facts().limits.unzipped, sum(one.all for one in sizes)
    if size + _LEAST * sum(one.sources for one in sizes) <= limit:
        return ""
    return f"the dependencies have {size / _MIB:.0f} MiB unzipped without it, and Lambda takes {limit / _MIB:.0f} MiB in all"


@dataclass(frozen=True)
class _Sizes:
    """Bytes unzipped: of a wheel, and of the Python sources in it."""

    all: int
    sources: int


def _noted(wheel: Wheel) -> _Sizes:
    """From the notes beside the wheel, or from its directory, once."""
    found = load(wheel, _NOTE, _FORMAT, lambda raw: _Sizes(int(raw["all"]), int(raw["sources"])))
    if found is None:
        found = _read(wheel)
        keep(wheel, _NOTE, _FORMAT, {"all": found.all, "sources": found.sources})
    return found


def _read(wheel: Wheel) -> _Sizes:
    with zipfile.ZipFile(wheel.path) as archive:
        infos = archive.infolist()
    sources = sum(info.file_size for info in infos if info.filename.endswith(".py"))
    return _Sizes(sum(info.file_size for info in infos), sources)
