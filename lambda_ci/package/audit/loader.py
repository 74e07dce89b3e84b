"""Where the dynamic loader finds a library on Lambda. Source: ld.so(8), and LD_LIBRARY_PATH of AWS's images."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from lambda_ci.model.images import images

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambda_ci.model.audit import Binary
    from lambda_ci.model.images import Image
    from lambda_ci.model.target import Target

_ROOT = "/var/task"
_ORIGIN = re.compile(r"\$(?:ORIGIN\b|\{ORIGIN\})")
_LIB = re.compile(r"\$(?:LIB\b|\{LIB\})")


class Place(Enum):
    """Where a library comes from."""

    IMAGE = auto()
    USUAL = auto()
    """AWS's images have it, and nobody promises it."""
    PACKAGE = auto()
    ELSEWHERE = auto()
    """In the package, where only the code itself can find it."""
    NOWHERE = auto()


@dataclass(frozen=True, kw_only=True)
class Loader:
    """The libraries of a package and of the target's image."""

    image: Image
    python: str
    """The target's ``libpython``, which its interpreter has loaded."""
    paths: frozenset[str]
    names: Mapping[str, str]
    """By file name and by SONAME, one path that has it."""
    search_path: tuple[str, ...]

    def place(self, library: str, binary: Binary) -> Place:
        if "/" in library:
            return Place.PACKAGE if self._inside(library) in self.paths else Place.NOWHERE
        if not binary.runpath and self._in(binary.rpath, library, binary):
            return Place.PACKAGE
        if library in self.image.libraries or library == self.python:
            return Place.IMAGE
        if self._in((*binary.runpath, *self.search_path), library, binary):
            return Place.PACKAGE
        if library in self.names:
            return Place.ELSEWHERE
        return Place.USUAL if library in self.image.usual else Place.NOWHERE

    def _in(self, folders: Sequence[str], library: str, binary: Binary) -> bool:
        return any(self._inside(f"{folder}/{library}") in self.paths for folder in _expanded(folders, binary.path))

    def _inside(self, path: str) -> str:
        """The path in the package, empty for one outside of it."""
        path = posixpath.normpath(path)
        return path.removeprefix(_ROOT + "/") if path.startswith(_ROOT + "/") else ""


def loader(binaries: Sequence[Binary], target: Target, *, library_path: str = "") -> Loader:
    """``library_path``: the function's own LD_LIBRARY_PATH, which replaces that of the image."""
    fitting = [binary for binary in binaries if binary.machine == target.architecture.machine]
    return Loader(
        image=images().image(target),
        python=f"libpython{target.python_version}.so.1.0",
        paths=frozenset(binary.path for binary in fitting),
        names={name: binary.path for binary in fitting for name in _names(binary)},
        search_path=tuple(library_path.split(":")) if library_path else images().search_path,
    )


def _names(binary: Binary) -> Iterator[str]:
    yield binary.path.rpartition("/")[2]
    if binary.soname:
        yield binary.soname


def _expanded(folders: Sequence[str], path: str) -> Iterator[str]:
    origin = posixpath.join(_ROOT, posixpath.dirname(path))
    for folder in folders:
        yield _LIB.sub("lib64", _ORIGIN.sub(lambda _: origin, folder))
