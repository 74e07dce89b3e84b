"""What later steps of a job can read.

``changed`` (``true`` or ``false``) and ``result`` (the ``--json`` document without the lists of distributions) stand
for the whole run. The others are plain values when the run is about exactly one function, and one JSON object
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
    """Output name → value. Package paths below ``workspace`` are relative to it, as steps on the host need them."""
    result = replace(result, functions=tuple(_brief(one, workspace) for one in result.functions))
    values = {name: _value(result.functions, read) for name, read in FUNCTION.items()}
    if any(one.changed is not None for one in result.functions):
        values["changed"] = "true" if result.changed else "false"
    values["result"] = _json(document(result))
    return {name: value for name, value in values.items() if value}


FUNCTION: Mapping[str, Callable[[FunctionResult], str]] = {
    "function-arn": lambda one: one.function_arn,
    "version": lambda one: one.version,
    "previous-version": lambda one: one.previous_version,
    "alias": lambda one: one.alias,
    "code-sha256": lambda one: one.build.code_sha256 if one.build else "",
    "package-path": lambda one: str(one.build.path) if one.build else "",
    "package-size": lambda one: str(one.build.size) if one.build else "",
}


def _value(functions: tuple[FunctionResult, ...], read: Callable[[FunctionResult], str]) -> str:
    if len(functions) == 1:
        return read(functions[0])
    known = {one.name: read(one) for one in functions if read(one)}
    return _json(known) if known else ""


def _brief(one: FunctionResult, workspace: Path | None) -> FunctionResult:
    if one.build is None:
        return one
    path = one.build.path
    if workspace and path.is_relative_to(workspace):
        path = path.relative_to(workspace)
    return replace(one, build=replace(one.build, path=path, ledger=()))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
