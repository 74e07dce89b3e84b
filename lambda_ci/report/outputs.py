"""What later steps of a job can read.

``changed`` (``true`` or ``false``), ``plan`` (what changes, as people read it) and ``result`` (the ``--json`` document without the
lists of distributions) stand for the whole run, as do ``matrix`` and ``any`` after ``plan --matrix``; ``preview-url`` is there after ``preview``. The others are plain values
when the run is about exactly one function, and one JSON object (function → value) when it is about several. What is not known is
left out. GitHub takes 1 MB of outputs from a job: what could be larger is shortened, and says so.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, ConfigurationError, PackageError
from lambda_ci.report.document import document
from lambda_ci.report.plan import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.model.result import FunctionResult, RunResult

PLAN_BYTES = 64 * 1024
RESULT_BYTES = 256 * 1024
_CUT = "\n… (cut: the log has all of it)"
_MOVING = frozenset({"deploy", "rollback", "preview up"})
"""Verbs that move aliases."""
_BEFORE_AWS = frozenset({0, *(kind.exit_code for kind in (ConfigurationError, BuildError, PackageError))})
"""Exit codes of runs that wrote nothing, unless a function says so."""
_KEPT = ("function-name", "function-arn", "version", "previous-version", "alias", "changed", "failure")
"""What a function's part of the result keeps where the whole is too long."""


def outputs(result: RunResult, *, workspace: Path | None = None) -> dict[str, str]:
    """Output name → value. Paths below ``workspace`` are relative to it, as steps on the host need them."""
    result = replace(result, functions=tuple(_brief(one, workspace) for one in result.functions))
    values = {name: _value(result.functions, read) for name, read in FUNCTION.items()}
    values["changed"] = _changed(result)
    if result.verb in _MOVING:
        values["version"] = _value(result.functions, _running)
    if result.matrix is not None:
        values["matrix"] = result.matrix
        values["any"] = "true" if result.functions else "false"
    if result.verb == "preview up":
        values["preview-url"] = _value(result.functions, lambda one: "" if one.failure else one.url)
    texts = [plan_text(one.plan) for one in result.functions if one.plan]
    values["plan"] = cut("\n\n".join(texts), limit=PLAN_BYTES)
    values["result"] = next(text for text in _results(document(result)) if len(text.encode()) <= RESULT_BYTES)
    return {name: value for name, value in values.items() if value}


FUNCTION: Mapping[str, Callable[[FunctionResult], str]] = {
    "function-arn": lambda one: one.function_arn,
    "version": lambda one: one.version,
    "previous-version": lambda one: one.previous_version,
    "alias": lambda one: one.alias,
    "function-url": lambda one: one.url,
    "code-sha256": lambda one: one.build.code_sha256 if one.build else "",
    "package-path": lambda one: str(one.build.path) if one.build else "",
    "package-size": lambda one: str(one.build.size) if one.build else "",
    "sbom-path": lambda one: str(one.build.sbom) if one.build and one.build.sbom else "",
    "provenance-path": lambda one: str(one.build.provenance) if one.build and one.build.provenance else "",
}


def _changed(result: RunResult) -> str:
    """Nothing was, where no function tells, unless it failed when AWS may have been written to; only a whole plan knows what would be."""
    if any(one.changed is not None for one in result.functions):
        return "true" if result.changed else "false"
    unknown = result.matrix is not None or (result.exit_code and result.verb == "plan")
    return "" if unknown or result.exit_code not in _BEFORE_AWS else "false"


def _running(one: FunctionResult) -> str:
    """The version that the alias runs: after a failure the one before, unless it was moved."""
    return one.previous_version if one.failure and not one.released else one.version


def cut(text: str, *, limit: int) -> str:
    """The text, at most ``limit`` bytes of it in UTF-8; cut at the end of a line where it has lines, with a notice."""
    whole = text.encode(errors="replace")
    if len(whole) <= limit:
        return text
    kept = whole[: limit - len(_CUT.encode())].decode(errors="ignore")
    return (kept.rpartition("\n")[0] or kept) + _CUT


def _results(whole: Mapping[str, JsonValue]) -> Iterator[str]:
    """The document, and then shorter ones: without the fields of changes, with a few facts about each function, without functions."""
    yield _json(whole)
    functions = whole["functions"]
    assert isinstance(functions, dict), "the document has them by name"
    for shorter in (_without_fields, _facts):
        yield _json({**whole, "functions": {name: shorter(one) for name, one in functions.items()}, "cut": True})
    yield _json({**whole, "functions": {}, "warnings": [], "affected": None, "error": _brief_error(whole), "cut": True})


def _without_fields(function: JsonValue) -> JsonValue:
    if not isinstance(function, dict) or not isinstance(changes := function.get("changes"), list):
        return function
    return {**function, "changes": [{**change, "fields": []} for change in changes if isinstance(change, dict)]}


def _facts(function: JsonValue) -> JsonValue:
    return {key: function[key] for key in _KEPT if key in function} if isinstance(function, dict) else function


def _brief_error(whole: Mapping[str, JsonValue]) -> JsonValue:
    error = whole.get("error")
    return {"exit-code": error.get("exit-code")} if isinstance(error, dict) else None


def _value(functions: tuple[FunctionResult, ...], read: Callable[[FunctionResult], str]) -> str:
    if len(functions) == 1:
        return read(functions[0])
    known = {one.name: read(one) for one in functions if read(one)}
    return _json(known) if known else ""


def _brief(one: FunctionResult, workspace: Path | None) -> FunctionResult:
    if one.plan and one.plan.code:
        totals = replace(one.plan.code, distributions=(), files=())
        one = replace(one, plan=replace(one.plan, code=totals))
    if one.build is None:
        return one
    build = one.build
    sbom = build.sbom and _beneath(build.sbom, workspace)
    provenance = build.provenance and _beneath(build.provenance, workspace)
    path = _beneath(build.path, workspace)
    layers = tuple(replace(layer, path=_beneath(layer.path, workspace)) for layer in build.layers)
    return replace(one, build=replace(build, path=path, sbom=sbom, provenance=provenance, ledger=(), layers=layers))


def _beneath(path: Path, workspace: Path | None) -> Path:
    return path.relative_to(workspace) if workspace and path.is_relative_to(workspace) else path


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
