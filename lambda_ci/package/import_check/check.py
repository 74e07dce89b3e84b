"""The import check: the handler's module is imported from the finished package, by the target's own Python.

Nothing is invoked. What the package would do on Lambda at its first start is seen before anything is written to AWS.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.errand import Errand
from lambda_ci.adapters.interpreter_host import OnThisMachine
from lambda_ci.adapters.scratch import scratch
from lambda_ci.errors import BuildError
from lambda_ci.package.import_check import cache
from lambda_ci.package.import_check.case import Case, below_layer
from lambda_ci.package.import_check.declared import not_taken
from lambda_ci.package.import_check.report import Ended, Report
from lambda_ci.package.import_check.request import SECONDS, layer_name, request, runtime_versions
from lambda_ci.package.import_check.verdict import is_settled, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.adapters.errand import Interpreter
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function

_UNPACKING = 180.0
"""Seconds for everything beside the import, on a slow machine."""
_REPORT = "report.json"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is imported. ``layers``: those that were built, in the function's order; ``unknown_layers``: whether it has others;
    ``seconds`` that the import may take."""

    function: Function
    package: Package
    region: str
    layers: Sequence[Package] = ()
    unknown_layers: bool = False
    seconds: float = SECONDS


@dataclass(frozen=True, kw_only=True)
class Imported:
    """It may be deployed. ``place``: by which Python; ``before``: in an earlier run; ``complete``: the handler is there, and
    nothing was raised; ``output``: untrusted text."""

    place: str
    complete: bool
    before: bool
    seconds: float
    warnings: tuple[str, ...]
    output: str


def import_check(subject: Subject, interpreter: Interpreter, *, cache_dir: Path) -> Imported:
    """Import it, unless the same was imported before.

    Raises PackageError where the import fails as it would on Lambda (with ``build.import-check: required`` also where it may),
    and BuildError where the check itself cannot be made.
    """
    function, is_image = subject.function, interpreter.is_image
    name = _key(subject, interpreter)
    before = cache.find(cache_dir, name)
    variables = function.spec.variables
    report = before or _report(subject, interpreter).masked(variables.values())
    case = _case(subject, place=interpreter.place, is_image=is_image)
    verdict = judge(report, case, required=function.spec.build.import_check == "required")
    if not before and is_settled(report, case):
        cache.keep(cache_dir, name, report)
    return Imported(
        place=interpreter.place,
        complete=report.ended is Ended.IMPORTED,
        before=before is not None,
        seconds=report.seconds,
        warnings=verdict.warnings,
        output=verdict.output,
    )


def _report(subject: Subject, interpreter: Interpreter) -> Report:
    with scratch() as folder:
        done = interpreter.run(_errand(subject, interpreter, folder), into=folder)
        written = folder / _REPORT
        report = Report.read(written.read_bytes()) if written.exists() else None
    if report is None:
        raise BuildError(
            f"{subject.function.name} could not be unpacked and imported by {interpreter.place}",
            why="\n".join(done.stderr.splitlines()[-3:]) or f"it ended with exit code {done.returncode}",
            fix="make room for temporary files (TMPDIR names the folder), and try again",
        )
    return report


def _errand(subject: Subject, interpreter: Interpreter, folder: Path) -> Errand:
    """On this machine Lambda's own folders are left alone, even where they are there."""
    image = interpreter.is_image
    real = image and not isinstance(interpreter, OnThisMachine)
    size = sum(one.unpacked_size for one in (subject.package, *subject.layers))
    document = request(
        subject.function,
        region=subject.region,
        image=image,
        real=real,
        size=size,
        layers=len(subject.layers),
        seconds=subject.seconds,
    )
    order = folder / "request.json"
    order.touch(mode=0o600)
    order.write_text(json.dumps(document), encoding="utf-8")
    layers = {layer_name(number): layer.path for number, layer in enumerate(subject.layers)}
    return Errand(
        code=_program("supervise"),
        files={
            "request.json": order,
            "importing.py": _source("importing"),
            "package.zip": subject.package.path,
            **layers,
        },
        outputs=(_REPORT,),
        seconds=subject.seconds + _UNPACKING,
        flags=("-I", "-S", "-B"),
    )


def _source(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.py")


@functools.cache
def _program(name: str) -> str:
    return _source(name).read_text(encoding="utf-8")


def _key(subject: Subject, interpreter: Interpreter) -> str:
    function = subject.function
    parts = [
        subject.package.sha256,
        *(layer.sha256 for layer in subject.layers),
        str(function.spec.handler),
        str(function.spec.target),
        function.function_name,
        subject.region,
        str(function.spec.members.get("MemorySize")),
        interpreter.identity,
        "" if interpreter.is_image else runtime_versions(),
        _program("supervise"),
        _program("importing"),
    ]
    return cache.key(parts, function.spec.variables)


def _case(subject: Subject, *, place: str, is_image: bool) -> Case:
    function, target = subject.function, subject.function.spec.target
    distributions = dict(_distributions(subject.package))
    for layer in subject.layers:
        distributions |= {below_layer(path, target): brought for path, brought in _distributions(layer)}
    return Case(
        handler=str(function.spec.handler),
        target=target,
        place=place,
        is_image=is_image,
        distributions=distributions,
        requirements=function.requirements.name if function.requirements else "",
        unknown_layers=subject.unknown_layers,
        not_taken=not_taken(function),
    )


def _distributions(package: Package) -> Iterator[tuple[str, str]]:
    """Every file's path, and what brought it."""
    versions = {line.distribution: f"{line.distribution} {line.version}".strip() for line in package.ledger}
    for member in package.members:
        yield member.path, versions.get(member.distribution, member.distribution)
