"""Files that go to another path in the zip than they have where they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.package.file import File

MODULES = "python/"
"""Where Python looks for modules in a layer: ``/opt/python``."""


def placed(file: File, path: str) -> File:
    """The same file, to be found at ``path``."""
    return replace(file, path=path, source=_Elsewhere(file))


class _Elsewhere:
    """The ``Source`` of one file, which asks the file's own under the path that it has there."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.distribution = file.source.distribution
        self.version = file.source.version

    def label(self, _file: File) -> str:
        return self._file.label

    def packed(self, _file: File) -> tuple[int, Iterable[bytes]]:
        return self._file.source.packed(self._file)

    def content(self, _file: File) -> Iterable[bytes]:
        return self._file.source.content(self._file)
