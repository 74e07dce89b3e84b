"""From errors and results to what a verb gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import ConfigurationError
from lambda_ci.model.result import BuildResult, Failure, RunResult
from lambda_ci.verbs.world import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.errors import LambdaCiError
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.command import Command


def failure_of(error: LambdaCiError) -> Failure:
    """An expected failure as data."""
    return Failure(what=error.what, why=error.why, fix=error.fix, exit_code=error.exit_code)


def result_of(verb: str, settings: Settings, functions: Sequence[FunctionResult], *, seconds: float) -> RunResult:
    """The result of a verb that worked on functions."""
    warnings = (*settings.warnings, *(warning for one in functions for warning in one.warnings))
    return RunResult(
        verb=verb,
        functions=tuple(functions),
        seconds=seconds,
        stage=settings.stage,
        warnings=warnings,
        affected=settings.affected,
    )


def build_of(package: Package, *, lock: str, seconds: float) -> BuildResult:
    """What a finished package tells of itself. ``lock``: where its dependencies come from, in words."""
    return BuildResult(
        path=package.path,
        sha256=package.sha256,
        code_sha256=package.code_sha256,
        size=package.size,
        unpacked_size=package.unpacked_size,
        files=len(package.members),
        lock=lock,
        ledger=package.ledger,
        savings=package.savings,
        seconds=seconds,
        bytecode=package.bytecode,
    )


def failed(command: Command, error: LambdaCiError, *, seconds: float) -> Outcome:
    """What a verb gives back that failed as a whole."""
    from lambda_ci.report.document import document

    problems = error.problems if isinstance(error, ConfigurationError) else ()
    verb = type(command).__name__.lower()
    result = RunResult(verb=verb, functions=(), seconds=seconds, failure=failure_of(error), problems=problems)
    return Outcome(result=result, text="", document=document(result))
