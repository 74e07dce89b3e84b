"""What a lock gives for one package: a wheel to have, or a source to build one from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One wheel to have. ``url`` and ``path`` say where it comes from, at least one is given; ``size`` is in bytes."""

    name: str
    version: str
    filename: str
    algorithm: str
    digest: str
    """Hex, of ``algorithm``."""
    size: int | None
    url: str
    path: Path | None
    credentials: tuple[str, str] | None

    @property
    def place(self) -> str:
        """For people."""
        return str(self.path) if self.path else without_credentials(self.url)


@dataclass(frozen=True, kw_only=True)
class Unbuilt:
    """A package that a lock gives as a source: exactly one of ``file``, ``folder`` and ``repository`` is given."""

    name: str
    version: str
    """Empty where only the build tells."""
    file: Choice | None = None
    folder: Path | None = None
    repository: str = field(default="", repr=False)
    """Address of a git repository; may carry credentials."""
    commit: str = ""
    subdirectory: str = ""

    @property
    def label(self) -> str:
        """For people: ``demo 1.0``."""
        return f"{self.name} {self.version}".strip()

    @property
    def place(self) -> str:
        """For people: where the source is."""
        if self.file:
            return self.file.place
        return str(self.folder) if self.folder else f"{without_credentials(self.repository)} at {self.commit[:12]}"
