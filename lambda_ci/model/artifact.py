"""What the build stages hand on: lock, wheels, package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from packaging.pylock import Pylock

    from lambda_ci.model.target import Target


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The dependencies of one function for one target (PEP 751). ``pylock`` is ``None`` where there are none."""

    target: Target
    pylock: Pylock | None
    root: Path
    """The folder that relative paths in the lock start from."""
    origin: str
    """For people: ``requirements.txt, resolved by uv``."""
    pinned: bool
    """Whether the input named every version, so that the same input gives the same lock on any day."""
    credentials: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    """User name and password by origin (``https://host:port``), from the index addresses of the input. Never written anywhere."""
    indexes: tuple[str, ...] = field(default=(), repr=False)
    """Lines of the input that name indexes (``--index-url …``), for what builds need; may hold credentials."""


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A zip beside a wheel, made from it once: members that join those of the wheel (bytecode) or take their place.

    ``size`` is in bytes, ``sha256`` in hex.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel in the cache, its content verified in this run. ``size`` is in bytes, ``sha256`` in hex."""

    name: str
    version: str
    filename: str
    path: Path
    sha256: str
    size: int
    overlays: tuple[Overlay, ...] = ()
    """The later ones count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One file of a package. Sizes in bytes; ``distribution`` is empty for the function's own files."""

    path: str
    size: int
    compressed_size: int
    mode: int
    distribution: str


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """How much one distribution weighs. Sizes in bytes; the function's own files have an empty ``distribution``."""

    distribution: str
    version: str
    files: int
    size: int
    compressed_size: int


@dataclass(frozen=True, kw_only=True)
class Package:
    """A deployment package on disk."""

    function: str
    path: Path
    sha256: str
    """Of the zip file, hex."""
    code_sha256: str
    """The same digest as AWS writes it, base64."""
    size: int
    unpacked_size: int
    members: tuple[Member, ...]
    ledger: tuple[LedgerLine, ...]
    """Largest first."""
    warnings: tuple[str, ...] = ()
