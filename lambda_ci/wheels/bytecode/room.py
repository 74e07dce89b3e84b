"""Whether the bytecode of wheels has any chance to fit on Lambda: compiling what cannot be used takes long."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.model.artifact import Wheel

_LEAST = 0.9
"""Bytes of bytecode for a byte of source: between 1.0 and 1.4 for the packages that were measured."""
_SMALL = 30_000_000
"""Bytes of wheels that are far from any limit."""
_MIB = 1 << 20


def too_large(wheels: Iterable[Wheel]) -> str:
    """Why the wheels as they are leave no room for their bytecode, in words; empty where they may. Told from their directories."""
    chosen = list(wheels)
    if sum(wheel.size for wheel in chosen) < _SMALL:
        return ""
    limit, size, sources = facts().limits.unzipped, 0, 0
    try:
        for wheel in chosen:
            with zipfile.ZipFile(wheel.path) as archive:
                for info in archive.infolist():
                    size += info.file_size
                    sources += info.file_size if info.filename.endswith(".py") else 0
    except (OSError, zipfile.BadZipFile):
        return ""
    if size + _LEAST * sources <= limit:
        return ""
    return f"the dependencies have {size / _MIB:.0f} MiB unzipped without it, and Lambda takes {limit / _MIB:.0f} MiB in all"
