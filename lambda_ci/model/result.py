"""What happened, as data: every text that people or machines read at the end is a pure function of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.artifact import LedgerLine
    from lambda_ci.model.change import Plan
    from lambda_ci.model.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One call of a function. ``log_tail`` is the last 4 KiB of its log, decoded; ``payload`` the raw answer."""

    payload: bytes
    function_error: str | None
    executed_version: str | None
    log_tail: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class SmokeResult:
    """One smoke case. ``failures`` says in words what was not as expected; empty means passed."""

    name: str
    failures: tuple[str, ...]
    seconds: float
    log_tail: str = ""

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """A package, without its list of files. Sizes in bytes."""

    path: Path
    sha256: str
    code_sha256: str
    size: int
    unpacked_size: int
    files: int
    lock: str
    ledger: tuple[LedgerLine, ...]
    seconds: float
    unchanged: bool = False
    """Whether the package was there already, made of the same things."""
    sbom: Path | None = None
    provenance: Path | None = None
    """The papers beside the package, where they are wanted."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An expected failure, in its three parts."""

    what: str
    why: str
    fix: str
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class FunctionResult:
    """How one function fared. What a verb does not do stays ``None`` or empty."""

    name: str
    function_name: str
    function_arn: str = ""
    version: str = ""
    previous_version: str = ""
    alias: str = ""
    changed: bool | None = None
    build: BuildResult | None = None
    plan: Plan | None = None
    smoke: tuple[SmokeResult, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """What is doubtful about its package."""
    seconds: float = 0.0
    state: str = ""
    """AWS's word for whether the version that the alias runs can be invoked; only ``status`` asks."""
    removed: tuple[str, ...] = ()
    """What was deleted: versions, or the whole function; only ``prune`` and ``destroy`` do."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Old versions that stay, and why."""
    unpublished: bool | None = None
    """Whether $LATEST differs from what the alias runs; only ``status`` asks."""
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """How a run fared: what the table, the JSON document, the outputs and the job summary are made from."""

    verb: str
    functions: tuple[FunctionResult, ...]
    seconds: float
    stage: str | None = None
    warnings: tuple[Problem, ...] = ()
    failure: Failure | None = None
    """A failure that is not one function's own, such as wrong inputs."""
    problems: tuple[Problem, ...] = ()

    @property
    def changed(self) -> bool:
        return any(function.changed for function in self.functions)

    @property
    def exit_code(self) -> int:
        """The highest code of all failures; 0 where there is none."""
        failures = [self.failure, *(function.failure for function in self.functions)]
        return max((failure.exit_code for failure in failures if failure), default=0)
