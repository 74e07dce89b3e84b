"""Where the dynamic loader finds a library on Lambda. Source: ld.so(8), and LD_LIBRARY_PATH of AWS's images."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from lambda_ci.model.images import images
from lambda_ci.package.audit.group import TASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambda_ci.model.audit import Binary
    from lambda_ci.model.images import Image
    from lambda_ci.model.target import Target
    from lambda_ci.package.audit.group import Group


_ORIGIN = re.compile(r"\$(?:ORIGIN\b|\{ORIGIN\})")
_LIB = re.compile(r"\$(?:LIB\b|\{LIB\})")


class Place(Enum):
    """Where a library comes from."""

    IMAGE = auto()
    USUAL = auto()
    """AWS's images have it, and nobody promises it."""
    PACKAGE = auto()
    ELSEWHERE = auto()
    """In the package or a layer, where only the code itself can find it."""
    NOWHERE = auto()


@dataclass(frozen=True, kw_only=True)
class Loader:
    """The libraries of a package, of its layers and of the target's image, as the binaries of one group see them."""

    root: str
    """Where Lambda unpacks that group."""

    image: Image
    python: str
    """The target's ``libpython``, which its interpreter has loaded."""
    paths: frozenset[str]
    """As they are on Lambda."""
    names: Mapping[str, str]
    """By file name and by SONAME, one path that has it, as people know it."""
    search_path: tuple[str, ...]

    def place(self, library: str, binary: Binary) -> Place:
        if "/" in library:
            return Place.PACKAGE if posixpath.normpath(library) in self.paths else Place.NOWHERE
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
        origin = posixpath.join(self.root, posixpath.dirname(binary.path))
        return any(posixpath.normpath(f"{folder}/{library}") in self.paths for folder in _expanded(folders, origin))


def loader(groups: Sequence[Group], target: Target, *, root: str, library_path: str = "") -> Loader:
    """``library_path``: the function's own LD_LIBRARY_PATH, which replaces that of the image."""
    machine = target.architecture.machine
    fitting = [(group, binary) for group in groups for binary in group.binaries if binary.machine == machine]
    return Loader(
        root=root,
        image=images().image(target),
        python=f"libpython{target.python_version}.so.1.0",
        paths=frozenset(f"{group.root}/{binary.path}" for group, binary in fitting),
        names={name: _known_as(group, binary) for group, binary in fitting for name in _names(binary)},
        search_path=tuple(library_path.split(":")) if library_path else images().search_path,
    )


def _names(binary: Binary) -> Iterator[str]:
    yield binary.path.rpartition("/")[2]
    if binary.soname:
        yield binary.soname


def _known_as(group: Group, binary: Binary) -> str:
    return binary.path if group.root == TASK else f"{group.root}/{binary.path}"


def _expanded(folders: Sequence[str], origin: str) -> Iterator[str]:
    for folder in folders:
        yield _LIB.sub("lib64", _ORIGIN.sub(lambda _: origin, folder))
