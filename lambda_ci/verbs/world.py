"""What a verb is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.ci.system import CiSystem
    from lambda_ci.console import Clock, Console
    from lambda_ci.model.inventory import Repository
    from lambda_ci.model.result import RunResult


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything outside the program that a verb may touch; only ``main`` makes one."""

    environ: Mapping[str, str]
    inputs: Mapping[str, str] | None
    """The inputs of the GitHub Action by name; ``None`` when this is not one."""
    cwd: Path
    stdin: TextIO
    console: Console
    clock: Clock
    ci: CiSystem
    today: date
    repositories: dict[Path, Repository | None] = field(default_factory=dict, repr=False)
    """What was found out about work trees, by the project's folder: in large ones that takes git seconds, and it is asked only once."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a verb did: the result, what people read on standard output, and what ``--json`` prints there instead."""

    result: RunResult
    text: str
    document: Mapping[str, JsonValue]
