"""Which files a wheel has and where they lie in it, found out once and kept beside it (``notes``).

Looking through a zip takes longer than everything else that is done with the names of its files.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters import wheel_notes as notes
from lambda_ci.package.cache.key import program
from lambda_ci.package.file import File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import Source

NAME = "files"
FORMAT = 1

_NUMBERS = ("size", "compressed_size", "method", "mode", "crc", "offset")


def load(wheel: Wheel, source: Source) -> list[File] | None:
    """The files, as this very program listed them, to be read from ``source``."""
    return notes.load(wheel, NAME, FORMAT, lambda raw: _files(raw, source))


def keep(wheel: Wheel, files: Sequence[File]) -> None:
    """``files``: all of the wheel. Where one has another source than the others, nothing is kept."""
    if len({id(file.source) for file in files}) != 1:
        return
    paths = "\n".join(file.path for file in files)  # No path holds control characters: ``names`` refuses them.
    values = [getattr(file, name) for name in _NUMBERS for file in files]
    numbers = base64.b64encode(struct.pack(f"<{len(values)}Q", *values)).decode()
    document = {"paths": paths, "numbers": numbers, "checksum": _checksum(paths, numbers)}
    notes.keep(wheel, NAME, FORMAT, document)


def _files(raw: Any, source: Source) -> list[File]:  # noqa: ANN401 - JSON
    """Raises ValueError and the like for what is not a listing, or one by another program, which may see wheels differently."""
    text, numbers = raw["paths"], raw["numbers"]
    if raw["checksum"] != _checksum(text, numbers):
        raise ValueError
    paths = text.split("\n")
    packed = base64.b64decode(numbers)
    values = struct.unpack(f"<{len(packed) // 8}Q", packed)
    columns = [values[start : start + len(paths)] for start in range(0, len(values), len(paths))]
    return [
        File(
            path=path,
            size=size,
            compressed_size=compressed_size,
            method=method,
            mode=mode,
            crc=crc,
            offset=offset,
            source=source,
        )
        for path, size, compressed_size, method, mode, crc, offset in zip(paths, *columns, strict=True)
    ]


def _checksum(paths: str, numbers: str) -> str:
    return hashlib.sha256(f"{program()}\n{paths}\n{numbers}".encode()).hexdigest()
