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
    loose: int = 0
    """How many of its packages the input did not pin."""
    credentials: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    """User name and password by origin (``https://host:port``), from the index addresses of the input. Never written anywhere."""
    indexes: tuple[str, ...] = field(default=(), repr=False)
    """Lines of the input that name indexes (``--index-url …``), for what builds need; may hold credentials."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """How a wheel was built that has none for the target."""

    backend: str
    """``in place`` or ``container``."""
    image: str = ""
    digest: str = ""
    """Of the image, as the registry has it: ``sha256:…``; without the container empty."""


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A zip beside a wheel, made from it once: members that join those of the wheel (bytecode) or take their place.

    ``size`` is in bytes, ``sha256`` in hex.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class OwnBytecode:
    """Bytecode of Python files that are in no wheel: the function's own, or a library's (``distribution`` not empty)."""

    distribution: str
    version: str
    overlay: Overlay


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """Bytecode for one package. ``place`` says for people which Python compiled it; empty where there is none, and then ``why``
    says why not (empty where none is wanted)."""

    place: str = ""
    image: str = ""
    """That Python's, by digest (``NAME@sha256:…``); empty on this machine."""
    why: str = ""
    own: tuple[OwnBytecode, ...] = ()
    """Beside that of the wheels, which is in their overlays."""


NOT_COMPILED = Compiled()


@dataclass(frozen=True, kw_only=True)
class Bytecode:
    """How much bytecode a package has, and by which Python. ``place``, ``image`` and ``why`` as in ``Compiled``; sizes in bytes."""

    place: str = ""
    image: str = ""
    why: str = ""
    files: int = 0
    size: int = 0
    compressed_size: int = 0


NO_BYTECODE = Bytecode()


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
    made: Making | None = None
    """``None`` where it was taken as it is."""


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
class Saving:
    """What one rule of slimming left out. Sizes in bytes; ``rule`` is the option's word for it."""

    rule: str
    files: int
    size: int
    compressed_size: int


@dataclass(frozen=True, kw_only=True)
class LayerPackage:
    """A layer for one target, on disk. ``package.function`` is the layer's name as well."""

    name: str
    target: Target
    description: str
    license_info: str
    package: Package


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
    savings: tuple[Saving, ...] = ()
    bytecode: Bytecode = NO_BYTECODE
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImagePackage:
    """A function's container image in a registry."""

    function: str
    repository: str
    """With the registry's address; only the name where a plan found that there is no such repository yet."""
    digest: str
    """``sha256:…`` of the manifest; empty where a plan found that the image has yet to be built."""
    tag: str = ""

    @property
    def uri(self) -> str:
        """As Lambda takes it: by digest, so that what runs never moves."""
        return f"{self.repository}@{self.digest}"

    @property
    def shown(self) -> str:
        """For people: the digest cut, or what will be built."""
        return f"{self.repository}@{self.digest[:19]}" if self.digest else f"{self.repository}:{self.tag} (to be built)"
