"""A failure as people read it: what happened, why, and what to do."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from lambda_ci.model.result import Failure, RunResult

WRITING = frozenset({"deploy", "rollback"})
"""Verbs after whose failure people ask what callers get now."""
_BEFORE = "Callers of what failed get what they got before."
_UNWRITTEN = "Nothing of what failed was written to AWS: its callers get what they got before."
_AFTERWARDS = {
    2: "Nothing was built, and nothing on AWS was changed.",
    3: _UNWRITTEN,
    4: _UNWRITTEN,
    5: "An alias moves only at the end: where the table does not show it moved, callers get what they got before. "
    "Running the same again goes on from here, and does nothing twice.",
    6: _BEFORE + " The version that failed stays on AWS for you to look at, until it is pruned.",
    7: "Look at the aliases now (`lambda-ci status`): calls may still go to the version that failed.",
    130: "An alias moves only at the end. Running the same again goes on from here, and does nothing twice.",
}


def worst(result: RunResult) -> Failure | None:
    """The failure that decides the exit code: the run's own, or else the first of the functions' gravest."""
    failures = [result.failure, *(one.failure for one in result.functions)]
    return max((one for one in failures if one), key=lambda one: one.exit_code, default=None)


def standing(result: RunResult) -> str:
    """What callers get now that it has failed; empty where nothing failed, or nothing could be written anyway."""
    failure = worst(result)
    return _AFTERWARDS.get(failure.exit_code, "") if failure and result.verb in WRITING else ""


def failure_text(failure: Failure, *, name: str = "") -> str:
    """One failure in its three parts, without a last line feed; ``name`` says whose it is."""
    first = f"✗ {name}: {failure.what}" if name else f"✗ {failure.what}"
    parts = [first, indent(failure.why, "  "), indent(failure.fix and f"→ {failure.fix}", "  ")]
    return "\n".join(part for part in parts if part)


def failures_text(result: RunResult) -> str:
    """All failures of a run: its own with every problem found, then each function's. Empty where there is none."""
    texts = [failure_text(one.failure, name=one.name) for one in result.functions if one.failure]
    if result.failure:
        problems = [f"  {_kind(problem)}{problem}" for problem in result.problems]
        first, *rest = failure_text(result.failure).split("\n")
        texts.insert(0, "\n".join([first, *problems, *rest]))
    return "\n\n".join(texts)


def _kind(problem: Problem) -> str:
    """What did not fail the run stands among what did, and is not counted there."""
    return "warning: " if problem.severity is Severity.WARNING else ""


def marks(result: RunResult) -> tuple[Problem, ...]:
    """What a CI system shall mark beside its log: every problem of the inputs, and one line for each other failure."""
    failed = [(one.name, one.failure) for one in result.functions if one.failure]
    if result.failure and not result.problems:
        failed.insert(0, (f"lambda-ci {result.verb}", result.failure))
    return (*result.problems, *(Problem(origin=Origin(source=name), message=failure.what) for name, failure in failed))
