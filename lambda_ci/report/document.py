"""The documents that ``--json`` prints. Keys are kebab-case; ``version`` is the document format's, now 1.

    {"version": 1, "verb": "deploy", "stage": null, "changed": true, "seconds": 12.3, "warnings": [PROBLEM…],
     "functions": {NAME: {…}},
     "error": {"what", "why", "fix", "exit-code", "problems": [PROBLEM…]}}            only after a failure

A function's members depend on the verb (below); ``failure`` is there only where it failed. Sizes are in bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from lambda_ci.report import event_sources, layers
from lambda_ci.report.difference import savings_members
from lambda_ci.report.failure import worst
from lambda_ci.report.schedules import triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic import JsonValue

    from lambda_ci.model.artifact import Bytecode, LedgerLine
    from lambda_ci.model.change import Change, CodeDifference, DistributionChange, Plan, Weight
    from lambda_ci.model.problem import Problem
    from lambda_ci.model.result import BuildResult, Failure, FunctionResult, ImportResult, Past, RunResult, SmokeResult
    from lambda_ci.model.settings import Affected

FORMAT = 1
_COMMAND = re.compile(r"##(vso)?\[", re.IGNORECASE)


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
    if result.verb in {"plan", "deploy", "rollback", "prune", "destroy"} or result.verb.startswith("preview "):
        members["changed"] = result.changed
    if result.affected:
        members["affected"] = _affected(result.affected)
    if result.notice:
        members["notice"] = result.notice
    failure = worst(result)
    if failure:
        members["error"] = _failure(failure) | {"problems": _problems(result.problems)}
    return members


def printed(members: Mapping[str, JsonValue]) -> str:
    """A document as text: ASCII, and without the marks that GitHub (``##[``) and Azure (``##vso[``) obey in the middle of a line."""
    return _COMMAND.sub(r"##\1\\u005b", json.dumps(members, indent=2))


def _affected(affected: Affected) -> dict[str, JsonValue]:
    reasons: dict[str, JsonValue] = {name: list(why) for name, why in affected.reasons.items()}
    return {"since": affected.since, "functions": reasons, "skipped": list(affected.skipped)}


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
        "drift": _drift(one.plan),
        **triggers(one),
        "code": _code(one.plan.code) if one.plan and one.plan.code else None,
        "package": _build(one.build) if one.build else None,
    }


def _deployed(one: FunctionResult) -> dict[str, JsonValue]:
    package = _build(one.build) if one.build else None
    url = {"function-url": one.url} if one.url else {}
    told = {"changes": _changes(one.plan), "drift": _drift(one.plan), **triggers(one), "package": package}
    return _moved(one) | url | told


def _moved(one: FunctionResult) -> dict[str, JsonValue]:
    return _state(one) | {
        "previous-version": one.previous_version or None,
        "changed": one.changed,
        "image": one.image or None,
        "smoke": [_smoke(case) for case in one.smoke],
        "init-seconds": None if one.init_seconds is None else _rounded(one.init_seconds),
        "previous-init-seconds": None if one.previous_init_seconds is None else _rounded(one.previous_init_seconds),
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
    return _state(one) | {
        "state": one.state or None,
        "unpublished": one.unpublished,
        "weights": dict(one.weights),
        "history": [_past(past) for past in one.history],
        **triggers(one),
        **event_sources.members(one),
    }


def _past(past: Past) -> dict[str, JsonValue]:
    return {
        "version": past.version,
        "commit": past.commit or None,
        "run": past.run or None,
        "config": past.config or None,
        "published": past.published or None,
        "abandoned": past.abandoned,
    }


FUNCTION: Mapping[str, Callable[[FunctionResult], dict[str, JsonValue]]] = {
    "build": _built,
    "plan": _planned,
    "deploy": _deployed,
    "rollback": _moved,
    "prune": _removed,
    "destroy": _removed,
    "preview up": _deployed,
    "preview down": _removed,
    "preview sweep": _removed,
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
        "bytecode": _bytecode(build.bytecode),
        "import": _import(build.imported) if build.imported else None,
        "sbom-path": str(build.sbom) if build.sbom else None,
        "provenance-path": str(build.provenance) if build.provenance else None,
        "distributions": [_distribution(line) for line in build.ledger],
        "left-out": savings_members(build.savings),
        **({"layers": [layers.members(one) for one in build.layers]} if build.layers else {}),
    }


def _import(found: ImportResult) -> dict[str, JsonValue]:
    """By which Python, or why not."""
    return {
        "place": found.place or None,
        "complete": found.complete and bool(found.place),
        "before": found.before,
        "seconds": _rounded(found.seconds),
        "why": found.why or None,
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


def _code(code: CodeDifference) -> dict[str, JsonValue]:
    """A package against the deployed one. ``unknown`` says why there are only sizes; then the unpacked size before is null."""
    before = _weight(code.before)
    return {
        "version": code.version,
        "before": {**before, "size": None} if code.unknown else before,
        "after": _weight(code.after),
        "distributions": [_distribution_change(one) for one in code.distributions],
        "files": [{"path": one.path, "action": one.action} for one in code.files],
        "unknown": code.unknown or None,
    }


def _distribution_change(one: DistributionChange) -> dict[str, JsonValue]:
    return {
        "name": one.distribution,
        "version-before": one.version_before or None,
        "version-after": one.version_after or None,
        "before": _weight(one.before) if one.before else None,
        "after": _weight(one.after) if one.after else None,
    }


def _weight(weight: Weight) -> dict[str, JsonValue]:
    return {"size": weight.size, "compressed-size": weight.compressed_size}


def _changes(plan: Plan | None) -> list[JsonValue]:
    return [_change(one) for one in plan.changes] if plan else []


def _drift(plan: Plan | None) -> list[JsonValue]:
    """What is on AWS and not of the configuration; ``fate``: what a deploy makes of it."""
    return [
        {"where": one.where.value, "field": one.field, "before": one.before, "found": one.found, "fate": one.fate.value}
        for one in (plan.drift if plan else ())
    ]


def _change(change: Change) -> dict[str, JsonValue]:
    return {
        "resource": change.resource.value,
        **({"name": change.name} if change.name else {}),
        "action": change.action.value,
        "fields": [{"field": one.field, "before": one.before, "after": one.after} for one in change.fields],
    }


def _smoke(case: SmokeResult) -> dict[str, JsonValue]:
    return {
        "name": case.name,
        "passed": case.passed,
        "failures": list(case.failures),
        "seconds": _rounded(case.seconds),
        "init-seconds": None if case.init_seconds is None else _rounded(case.init_seconds),
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


def _bytecode(bytecode: Bytecode) -> dict[str, JsonValue]:
    """``place``: the Python that compiled it; without one ``why`` says why not, and is null where none was wanted."""
    return {
        "place": bytecode.place or None,
        "why": bytecode.why or None,
        "files": bytecode.files,
        "size": bytecode.size,
        "compressed-size": bytecode.compressed_size,
    }


def _rounded(duration: float) -> float:
    """Seconds, to the millisecond."""
    return round(duration, 3)
