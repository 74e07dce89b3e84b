"""What an overlay took the place of, to tell what it saves."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.package.file import File


@dataclass(frozen=True, kw_only=True)
class Before:
    """A member of the wheel itself. Sizes in bytes."""

    size: int
    compressed_size: int


def replaced(wheel: Wheel, files: Sequence[File]) -> Iterator[tuple[Before, File]]:
    """Each file that is smaller than the wheel's own of the same path, with what that was. The wheel has been opened before."""
    with zipfile.ZipFile(wheel.path) as archive:
        own = {info.filename: info for info in archive.infolist()}
    for file in files:
        info = own.get(file.path)
        if info is not None and file.size < info.file_size:
            yield Before(size=info.file_size, compressed_size=info.compress_size), file
