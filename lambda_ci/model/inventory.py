"""What is in a package, for a bill of materials, and how it came to be, for a provenance statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from lambda_ci.model.artifact import Making, Package
    from lambda_ci.model.target import Target


@dataclass(frozen=True, kw_only=True)
class Licence:
    """What a distribution says of its licence: an SPDX expression, or names in its own words. Both empty: nothing."""

    expression: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address of a project; ``kind`` is CycloneDX's word for what is found there."""

    kind: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Need:
    """One dependency that a distribution declares; names are normalised, ``marker`` empty where it always holds."""

    name: str
    extras: tuple[str, ...] = ()
    marker: str = ""


@dataclass(frozen=True, kw_only=True)
class Library:
    """A shared library that auditwheel put into a wheel. ``size`` in bytes, ``sha256`` in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that an SBOM inside a wheel names; ``kind`` is a CycloneDX type, what is not known is empty."""

    kind: str
    name: str
    version: str = ""
    purl: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """An SBOM inside a wheel (PEP 770), and the parts that it names where it is CycloneDX."""

    path: str
    sha256: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What a distribution says of itself, cleaned: short lines, no control characters."""

    name: str = ""
    version: str = ""
    summary: str = ""
    author: str = ""
    licence: Licence = Licence()
    links: tuple[Link, ...] = ()
    needs: tuple[Need, ...] = ()
    libraries: tuple[Library, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a locked file comes from. Addresses are without credentials; what does not apply is empty.

    ``path`` is one on this machine: people may see it only as far as it lies in the project.
    """

    filename: str = ""
    url: str = ""
    path: str = ""
    commit: str = ""
    """Of the git repository that ``url`` names."""
    digests: tuple[tuple[str, str], ...] = ()
    direct: bool = False
    """Whether the address was given by the user, and not found in an index."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """One distribution in a package. ``filename`` and ``sha256`` (hex) are those of its wheel, empty where it had none."""

    name: str
    version: str
    filename: str = ""
    sha256: str = ""
    metadata: Metadata = Metadata()
    origin: Place = Place()
    made: Making | None = None
    """How its wheel was built; ``None`` where it was taken as it is."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """A package and the distributions in it, sorted by name."""

    package: Package
    target: Target
    components: tuple[Component, ...]


@dataclass(frozen=True, kw_only=True)
class Repository:
    """The git repository of the function. ``dirty``: whether it has other files than the commit; ``None``: not known."""

    commit: str
    url: str = ""
    dirty: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run of a CI system: ``builder`` names what ran it, ``invocation`` this very run; both are URIs. ``number``: how the
    system counts its runs."""

    builder: str
    invocation: str = ""
    number: str = ""
    repository: Repository | None = None


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Who made a package: the run of a CI system (``None``: nobody knows), from which commit, with which version of lambda-ci."""

    version: str
    run: Run | None = None
    repository: Repository | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """That a package was made elsewhere. ``place``: the shared cache that it came from; ``by``: the run that took it."""

    place: str
    by: Run | None


@dataclass(frozen=True, kw_only=True)
class Origins:
    """What a package was made from and by, beside its distributions."""

    parameters: Mapping[str, JsonValue]
    """What the user asked for: nothing secret, paths relative to the project."""
    lock: str
    files: tuple[tuple[str, str], ...]
    """The dependency file and the lock: path in the project, and sha256 in hex."""
    maker: Maker
    taken: Taken | None = None
    """``None`` where the run that tells it has made the package."""
