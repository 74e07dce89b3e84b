"""One wheel to make: a source of a package, for a target, with the options of its function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.model.target import Target
    from lambda_ci.wheels.choice import Unbuilt


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
