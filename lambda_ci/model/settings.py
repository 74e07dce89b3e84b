"""What the door lets through: the configuration of one run, resolved and checked. Nothing after it is checked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.problem import Origin, Problem
    from lambda_ci.model.spec import AwsSpec, FunctionSpec, StagingSpec


@dataclass(frozen=True, kw_only=True)
class Function:
    """One selected function: its key, its resolved specification, and its paths made absolute."""

    name: str
    spec: FunctionSpec
    source: Path
    requirements: Path | None
    """The dependency file to lock; ``None`` where there is none."""

    @property
    def function_name(self) -> str:
        """The name on AWS."""
        return self.spec.function_name or self.name


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a verb needs to know about what the user wants."""

    root: Path
    """The folder of the configuration file (the working directory where there is none); relative paths start here."""
    config: Path | None
    """The configuration file; ``None`` where everything comes from flags, inputs and the environment."""
    project: str
    stage: str | None
    aws: AwsSpec
    staging: StagingSpec | None
    functions: tuple[Function, ...]
    output_dir: Path
    cache_dir: Path
    frozen: bool = False
    """Whether nothing may be resolved."""
    warnings: tuple[Problem, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict, repr=False)
    """Where each value came from, by its dotted key (``functions.orders.memory-size``); defaults are absent."""
