"""What happened, as data: every text that people or machines read at the end is a pure function of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import NO_BYTECODE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.artifact import Bytecode, LedgerLine, Saving
    from lambda_ci.model.change import Plan
    from lambda_ci.model.problem import Problem
    from lambda_ci.model.settings import Affected


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
    init_seconds: float | None = None
    """How long Lambda made a new environment ready for this call; ``None`` where one was there, or the log does not tell."""

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, kw_only=True)
class LayerResult:
    """A layer that was built for a function. Sizes in bytes."""

    name: str
    path: Path
    sha256: str
    size: int
    unpacked_size: int
    files: int
    ledger: tuple[LedgerLine, ...]
    savings: tuple[Saving, ...] = ()
    unchanged: bool
    """Whether it was there already, made of the same things."""


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """Whether the handler was imported from the finished package. ``place``: by which Python, empty where it was not, and then
    ``why`` says why not. ``complete``: to its end, nothing was raised. ``before``: in an earlier run. Seconds are those that the
    import took."""

    place: str = ""
    complete: bool = True
    before: bool = False
    seconds: float = 0.0
    why: str = ""


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
    savings: tuple[Saving, ...] = ()
    """What was left out, by rule."""
    unchanged: bool = False
    """Whether the package was there already, made of the same things."""
    bytecode: Bytecode = NO_BYTECODE
    layers: tuple[LayerResult, ...] = ()
    """Those that the project builds, in order."""
    sbom: Path | None = None
    provenance: Path | None = None
    """The papers beside the package, where they are wanted."""
    imported: ImportResult | None = None
    """``None`` where no import was wanted."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An expected failure, in its three parts."""

    what: str
    why: str
    fix: str
    exit_code: int


@dataclass(frozen=True, kw_only=True)
class Past:
    """A version that an alias ran. What is not known is empty; ``published`` as AWS writes it."""

    version: str
    commit: str = ""
    run: str = ""
    config: str = ""
    """Hex, abbreviated: tells whether two versions were declared alike."""
    published: str = ""
    abandoned: bool = False
    """Whether it was rolled back from."""


@dataclass(frozen=True, kw_only=True)
class Polled:
    """An event source of the alias. ``state`` and ``result`` (of the last look at the source) are AWS's words; a source that is
    declared and has no mapping has neither."""

    source: str
    mapping: str = ""
    """Its UUID."""
    state: str = ""
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """A schedule. ``every`` in words for a rate, else ``runs``: the next ones, in UTC, as ``2026-11-23 18:00``."""

    name: str
    expression: str
    enabled: bool
    every: str = ""
    runs: tuple[str, ...] = ()
    timezone: str = ""
    """Whose local time the expression is; empty for a rule, which knows UTC only."""
    local: tuple[str, ...] = ()
    """The runs, in that time."""
    known: bool = True
    """Whether this machine has the data of the time zone."""


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
    image: str = ""
    """The container image that was deployed, by digest."""
    url: str = ""
    """The function URL of the alias; only known where one is declared."""
    plan: Plan | None = None
    smoke: tuple[SmokeResult, ...] = ()
    previous_init_seconds: float | None = None
    """How long the version before took to be ready, as its deployment measured it."""
    warnings: tuple[Problem, ...] = ()
    """What is doubtful about its package."""
    seconds: float = 0.0
    state: str = ""
    """AWS's word for whether the version that the alias runs can be invoked; only ``status`` asks."""
    removed: tuple[str, ...] = ()
    """What was deleted: versions, or the whole function; only ``prune`` and ``destroy`` do."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Old versions that stay, and why."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """The part of the calls, between 0 and 1, that goes to other versions, by number; only ``status`` asks."""
    history: tuple[Past, ...] = ()
    """What the alias ran, newest first; only ``status`` asks."""
    released: bool = False
    """Whether the alias was moved to ``version`` and runs it, also where something failed after that."""
    unpublished: bool | None = None
    """Whether $LATEST differs from what the alias runs; only ``status`` asks."""
    schedules: tuple[Upcoming, ...] = ()
    event_sources: tuple[Polled, ...] = ()
    """Only ``status`` asks for them, where one is declared."""
    """When it is called by the clock."""
    failure: Failure | None = None

    @property
    def init_seconds(self) -> float | None:
        """How long Lambda made the first environment of this version ready."""
        return next((case.init_seconds for case in self.smoke if case.init_seconds is not None), None)


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """How a run fared: what the table, the JSON document, the outputs and the job summary are made from."""

    verb: str
    functions: tuple[FunctionResult, ...]
    seconds: float
    stage: str | None = None
    warnings: tuple[Problem, ...] = ()
    affected: Affected | None = None
    """What --changed-since found."""
    matrix: str | None = None
    """The functions as the jobs of a GitHub workflow, in JSON; only ``plan --matrix`` makes it."""
    notice: str = ""
    """Why nothing was done, where that is right: a sentence for people."""
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
