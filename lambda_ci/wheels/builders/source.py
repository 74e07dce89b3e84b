"""What has to be built: a source of a package, for a target, with the options of its function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.model.target import Target
    from lambda_ci.wheels.choose import Choice


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


@dataclass(frozen=True, kw_only=True)
class Job:
    """One wheel to make. Equal jobs give the same wheel."""

    source: Unbuilt
    target: Target
    options: BuildSpec
    root: Path
    """The folder of the dependency file: uv's configuration is looked for from there upwards."""
    indexes: tuple[str, ...] = field(default=(), repr=False)
    """Lines of the dependency file that name indexes; may carry credentials."""

    @property
    def seconds(self) -> float:
        """How long the build may take."""
        return self.options.timeout * 60
