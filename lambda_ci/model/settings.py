"""What the door lets through: the configuration of one run, resolved and checked. Nothing after it is checked again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambda_ci.model.spec.preview import PreviewSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.problem import Origin, Problem
    from lambda_ci.model.spec.function import FunctionSpec
    from lambda_ci.model.spec.packages import LayerSpec
    from lambda_ci.model.spec.project import AwsSpec, CacheSpec, StagingSpec
    from lambda_ci.model.spec.triggers import TriggerSpec
    from lambda_ci.model.target import Target


@dataclass(frozen=True, kw_only=True)
class Function:
    """One selected function: its key, its resolved specification, and its paths made absolute."""

    name: str
    spec: FunctionSpec
    source: Path
    requirements: Path | None
    """The dependency file to lock; ``None`` where there is none."""
    dockerfile: Path | None = None
    """``image.dockerfile``."""
    context: Path | None = None
    """The folder that the Dockerfile copies from; ``None`` without a Dockerfile."""
    own_triggers: bool = False
    """Whether the stage itself says what triggers there are."""
    triggers_off: tuple[TriggerSpec, ...] = ()
    """Those that are declared and not made, because this is a preview."""

    @property
    def function_name(self) -> str:
        """The name on AWS."""
        return self.spec.function_name or self.name


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its key, its specification, and its paths made absolute."""

    name: str
    spec: LayerSpec
    source: Path | None
    """``None``: it holds dependencies only."""
    requirements: Path | None

    def built_for(self, target: Target) -> Layer:
        """The layer as a function of this target uses it; the door has let none through that it is not for."""
        update = {"runtime": target.runtime, "architecture": target.architecture}
        return replace(self, spec=self.spec.model_copy(update=update))


@dataclass(frozen=True, kw_only=True)
class Affected:
    """What has changed since a git revision, by function: ``reasons`` in words for those that are affected, in the file's order."""

    since: str
    reasons: Mapping[str, tuple[str, ...]]
    skipped: tuple[str, ...]
    """The others."""


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
    cache: CacheSpec | None = None
    preview: PreviewSpec = field(default_factory=lambda: PreviewSpec.model_validate({}))
    functions: tuple[Function, ...]
    output_dir: Path
    report_dir: Path | None = None
    """Where outputs and summary go; ``None``: where the CI system has them by default."""
    cache_dir: Path
    frozen: bool = False
    """Whether nothing may be resolved."""
    allow_older: bool = False
    """Whether an older commit may take the place of a newer one."""
    fail_fast: bool = False
    """Whether the first failure keeps other functions from being deployed."""
    rollback_all: bool = False
    """Whether one function's failure takes the others back."""
    changed_since: str = ""
    """The git revision since which changes count; empty: every function is worked on."""
    revision_id: str = ""
    """The RevisionId that the function must still have on AWS; empty: any."""
    affected: Affected | None = None
    """Which functions changes affect; ``functions`` has only those then."""
    warnings: tuple[Problem, ...] = ()
    layers: Mapping[str, Layer] = field(default_factory=dict)
    """By their keys; not built for any target yet."""
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)
    """Values that nothing may show."""
    origins: Mapping[str, Origin] = field(default_factory=dict, repr=False)
    """Where each value came from, by its dotted key (``functions.orders.memory-size``); defaults are absent."""
