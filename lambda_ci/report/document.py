"""The documents that ``--json`` prints. Keys are kebab-case; ``version`` is the document format's, now 1.

    {"version": 1, "verb": "deploy", "stage": null, "changed": true, "seconds": 12.3, "warnings": [PROBLEM…],
     "functions": {NAME: {…}},
     "error": {"what", "why", "fix", "exit-code", "problems": [PROBLEM…]}}            only after a failure

A function's members depend on the verb (below); ``failure`` is there only where it failed. Sizes are in bytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.report.failure import worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import JsonValue

    from lambda_ci.model.artifact import LedgerLine
    from lambda_ci.model.change import Change, Plan
    from lambda_ci.model.problem import Problem
    from lambda_ci.model.result import BuildResult, Failure, FunctionResult, RunResult, SmokeResult

FORMAT = 1


def document(result: RunResult) -> dict[str, JsonValue]:
    """The JSON document of a run of any verb."""
    members: dict[str, JsonValue] = {
        "version": FORMAT,
        "verb": result.verb,
        "stage": result.stage,
        "seconds": _rounded(result.seconds),
        "warnings": _problems(result.warnings),
        "functions": {one.name: _function(result.verb, one) for one in result.functions},
    }
    if result.verb in {"plan", "deploy", "rollback", "prune", "destroy"}:
        members["changed"] = result.changed
    failure = worst(result)
    if failure:
        members["error"] = _failure(failure) | {"problems": _problems(result.problems)}
    return members


def printed(members: Mapping[str, JsonValue]) -> str:
    """A document as text: ASCII, and without the one mark (``##[``) that GitHub obeys in the middle of a line."""
    return json.dumps(members, indent=2).replace("##[", "##\\u005b")


def _function(verb: str, one: FunctionResult) -> dict[str, JsonValue]:
    members = FUNCTION.get(verb, _named)(one)
    return members | {"failure": _failure(one.failure)} if one.failure else members


def _named(one: FunctionResult) -> dict[str, JsonValue]:
    return {"function-name": one.function_name}


def _built(one: FunctionResult) -> dict[str, JsonValue]:
    return _build(one.build) if one.build else {}


def _planned(one: FunctionResult) -> dict[str, JsonValue]:
    return _named(one) | {
        "changed": one.changed,
        "changes": _changes(one.plan),
        "package": _build(one.build) if one.build else None,
    }


def _deployed(one: FunctionResult) -> dict[str, JsonValue]:
    package = _build(one.build) if one.build else None
    return _moved(one) | {"changes": _changes(one.plan), "package": package}


def _moved(one: FunctionResult) -> dict[str, JsonValue]:
    return _state(one) | {
        "previous-version": one.previous_version or None,
        "changed": one.changed,
        "smoke": [_smoke(case) for case in one.smoke],
        "seconds": _rounded(one.seconds),
    }


def _removed(one: FunctionResult) -> dict[str, JsonValue]:
    return _named(one) | {
        "function-arn": one.function_arn or None,
        "changed": one.changed,
        "removed": list(one.removed),
        "kept": dict(one.kept),
    }


def _state(one: FunctionResult) -> dict[str, JsonValue]:
    return _named(one) | {
        "function-arn": one.function_arn or None,
        "version": one.version or None,
        "alias": one.alias or None,
    }


def _observed(one: FunctionResult) -> dict[str, JsonValue]:
    return _state(one) | {"state": one.state or None, "unpublished": one.unpublished}


FUNCTION: Mapping[str, Callable[[FunctionResult], dict[str, JsonValue]]] = {
    "build": _built,
    "plan": _planned,
    "deploy": _deployed,
    "rollback": _moved,
    "prune": _removed,
    "destroy": _removed,
    "status": _observed,
}


def _build(build: BuildResult) -> dict[str, JsonValue]:
    return {
        "path": str(build.path),
        "sha256": build.sha256,
        "code-sha256": build.code_sha256,
        "size": build.size,
        "unpacked-size": build.unpacked_size,
        "files": build.files,
        "seconds": _rounded(build.seconds),
        "unchanged": build.unchanged,
        "lock": build.lock,
        "sbom-path": str(build.sbom) if build.sbom else None,
        "provenance-path": str(build.provenance) if build.provenance else None,
        "distributions": [_distribution(line) for line in build.ledger],
    }


def _distribution(line: LedgerLine) -> dict[str, JsonValue]:
    """One distribution; the function's own files have an empty name."""
    return {
        "name": line.distribution,
        "version": line.version,
        "files": line.files,
        "size": line.size,
        "compressed-size": line.compressed_size,
    }


def _changes(plan: Plan | None) -> list[JsonValue]:
    return [_change(one) for one in plan.changes] if plan else []


def _change(change: Change) -> dict[str, JsonValue]:
    return {
        "resource": change.resource.value,
        "action": change.action.value,
        "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in change.fields],
    }


def _smoke(case: SmokeResult) -> dict[str, JsonValue]:
    return {
        "name": case.name,
        "passed": case.passed,
        "failures": list(case.failures),
        "seconds": _rounded(case.seconds),
        "log-tail": case.log_tail,
    }


def _failure(failure: Failure) -> dict[str, JsonValue]:
    return {"what": failure.what, "why": failure.why, "fix": failure.fix, "exit-code": failure.exit_code}


def _problems(problems: Iterable[Problem]) -> list[JsonValue]:
    return [_problem(one) for one in problems]


def _problem(problem: Problem) -> dict[str, JsonValue]:
    return {
        "source": problem.origin.source,
        "line": problem.origin.line,
        "column": problem.origin.column,
        "key": problem.key,
        "message": problem.message,
        "severity": problem.severity.value,
    }


def _rounded(duration: float) -> float:
    """Seconds, to the millisecond."""
    return round(duration, 3)
