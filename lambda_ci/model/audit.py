"""What the audit of a package reads and finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.model.problem import Severity


class Kind(StrEnum):
    """What a binary is for."""

    LIBRARY = "library"
    PROGRAM = "program"
    OTHER = "other"
    """Object files, core dumps, code for accelerators: nothing that Lambda loads."""


@dataclass(frozen=True, kw_only=True)
class Binary:
    """One ELF file (or one for macOS that has an ELF file's name), as its headers describe it.

    ``machine`` is the word that wheels use (``x86_64``, ``aarch64``) for 64 bits and little end first, another one for
    everything else. ``fault`` says what cannot be read; everything else may be empty then.
    """

    path: str
    kind: Kind
    machine: str
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    interpreter: str = ""
    symbols: tuple[tuple[str, str], ...] = ()
    """Library and version name (``libc.so.6``, ``GLIBC_2.17``) of what must be there for it to load."""
    module: bool = False
    """Whether it defines the entry point (``PyInit_…``) of a Python module of its name."""
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One dependency that a distribution declares; ``name`` is normalised, ``marker`` empty where it always holds."""

    name: str
    marker: str = ""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What the audit wants to know of one wheel, or of the function's own files; it does not depend on the target."""

    binaries: tuple[Binary, ...] = ()
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with one file. ``distribution`` and ``wheel`` are empty for the function's own files."""

    level: Severity
    path: str
    distribution: str
    wheel: str
    what: str
    fix: str
