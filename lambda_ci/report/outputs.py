"""What later steps of a job can read.

``changed`` (``true`` or ``false``) and ``result`` (the ``--json`` document without the lists of distributions) stand
for the whole run, as do ``matrix`` and ``any`` after ``plan --matrix``. The others are plain values when the run is about exactly one function, and one JSON object
(function → value) when it is about several. What is not known is left out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.report.document import document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lambda_ci.model.result import FunctionResult, RunResult


def outputs(result: RunResult, *, workspace: Path | None = None) -> dict[str, str]:
    """Output name → value. Paths below ``workspace`` are relative to it, as steps on the host need them."""
    result = replace(result, functions=tuple(_brief(one, workspace) for one in result.functions))
    values = {name: _value(result.functions, read) for name, read in FUNCTION.items()}
    if any(one.changed is not None for one in result.functions):
        values["changed"] = "true" if result.changed else "false"
    elif result.affected and not result.functions:
        values["changed"] = "false"
    if result.matrix is not None:
        values["matrix"] = result.matrix
        values["any"] = "true" if result.functions else "false"
    values["result"] = _json(document(result))
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
