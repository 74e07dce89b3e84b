"""What is asked for: one requirement, one package that another tool's lock names, and the dependency file that holds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from lambda_ci.lock.kinds import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.markers import Marker
    from packaging.pylock import PackageArchive, PackageDirectory, PackageVcs
    from packaging.specifiers import SpecifierSet

    from lambda_ci.model.target import Target

    Direct: TypeAlias = PackageVcs | PackageDirectory | PackageArchive

_COMMIT = re.compile(r"@[0-9a-f]{40}(#|$)")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """``name`` is canonical. ``pinned``: the text itself names the one version (or file, or commit) that it takes."""

    name: str
    pinned: bool
    hashes: frozenset[str] = frozenset()
    """``sha256:HEX``; the files that may be used, any where empty."""


@dataclass(frozen=True, kw_only=True)
class Pin:
    """``index`` is the address of the index that it comes from, empty for uv's default; ``direct`` is where it is if not on one."""

    name: str
    version: str
    hashes: frozenset[str] = frozenset()
    """``sha256:HEX`` of the files that may be used."""
    filenames: tuple[str, ...] = ()
    """Those of the files, where the lock tells."""
    index: str = field(default="", repr=False)
    direct: Direct | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A dependency file with everything it includes."""

    path: Path
    contents: tuple[bytes, ...]
    lines: tuple[str, ...] = field(repr=False)
    """After the values of variables were put in: may hold credentials."""
    demands: tuple[Demand, ...]
    """Those that apply to the target, constraints among them."""
    options: tuple[str, ...] = field(default=(), repr=False)
    """Lines that name indexes (``--index-url …``): may hold credentials."""
    hashed: bool = False
    """Whether every file must have a hash (``--require-hashes``)."""
    complete: bool = True
    """False where something counts that ``contents`` does not hold: it is not on this machine, or only running code tells."""
    kind: Kind = Kind.REQUIREMENTS
    files: tuple[str, ...] = ()
    """What uv is given to resolve, names below ``root``."""
    arguments: tuple[str, ...] = ()
    """Further arguments for uv: groups, extras."""
    base: Path | None = None
    """Where paths in what uv says start from, if not beside the file."""
    packages: tuple[Pin, ...] = ()
    """What a lock of another tool names, as far as it is for the target."""

    @property
    def root(self) -> Path:
        return self.base or self.path.absolute().parent

    @property
    def pins(self) -> frozenset[str]:
        """Names whose version the input decides."""
        return frozenset(demand.name for demand in self.demands if demand.pinned or demand.hashes)

    @property
    def hashes(self) -> dict[str, frozenset[str]]:
        """Per name the hashes of the files that may be used; empty where nothing is hashed."""
        found: dict[str, frozenset[str]] = {}
        for demand in self.demands:
            if demand.hashes:
                found[demand.name] = found.get(demand.name, frozenset()) | demand.hashes
        return found


def demand(text: str, *, target: Target, hashes: frozenset[str] = frozenset()) -> Demand | None:
    """A requirement (PEP 508, or the path or address of a wheel); ``None`` for what has no name or is not for the target."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return _file(text, hashes)
    if requirement.marker and not _applies(requirement.marker, target):
        return None
    pinned = _fixed(requirement.url) if requirement.url else _exact(requirement.specifier)
    return Demand(name=canonicalize_name(requirement.name), pinned=pinned, hashes=hashes)


def _applies(marker: Marker, target: Target) -> bool:
    return marker.evaluate({key: str(value) for key, value in target.marker_environment.items()} | {"extra": ""})


def _file(text: str, hashes: frozenset[str]) -> Demand | None:
    filename = text.partition("#")[0].partition(" ;")[0].strip().rsplit("/", 1)[-1]
    try:
        name = parse_wheel_filename(filename)[0]
    except InvalidWheelFilename:
        return None
    return Demand(name=name, pinned=True, hashes=hashes)


def _fixed(url: str) -> bool:
    return not url.startswith(("git+", "hg+", "svn+", "bzr+")) or bool(_COMMIT.search(url))


def _exact(specifiers: SpecifierSet) -> bool:
    return any(one.operator == "===" or (one.operator == "==" and not one.version.endswith(".*")) for one in specifiers)
