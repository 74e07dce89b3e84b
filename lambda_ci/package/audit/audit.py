"""The audit of a package: would its binaries load on Lambda, and is what its distributions need there?

Everything is told from headers, nothing is executed. What is known of a wheel is kept beside it, so that only the
comparison with the target is made each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.package.audit import kept
from lambda_ci.package.audit.binaries import Audit
from lambda_ci.package.audit.contents import contents
from lambda_ci.package.audit.dependencies import missing
from lambda_ci.package.audit.group import of_own_files, of_wheel
from lambda_ci.package.audit.loader import loader
from lambda_ci.package.audit.shadowing import shadowing
from lambda_ci.package.audit.verdict import OWN, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.audit import Contents, Finding, Requirement
    from lambda_ci.model.settings import Function
    from lambda_ci.package.audit.group import Group
    from lambda_ci.package.file import File

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]


def audit(function: Function, wheels: Unpacked, own: Sequence[File]) -> tuple[str, ...]:
    """Warnings, in words. Raises ``PackageError`` where something would certainly fail and is not waived."""
    from packaging.utils import canonicalize_name

    *known, of_own = _known(wheels, own)
    groups = [
        of_wheel(wheel, files, found.binaries) for (wheel, files), found in zip(wheels, known, strict=True)
    ] + of_own_files(own, of_own.binaries)
    findings = [finding for group in groups for finding in _findings(function, group, groups)]
    waived = {name if name == OWN else canonicalize_name(name) for name in function.spec.audit.waive}
    requirements: dict[str, Sequence[Requirement]] = {
        canonicalize_name(wheel.name): found.requirements for (wheel, _), found in zip(wheels, known, strict=True)
    }
    return (
        *verdict(findings, waived=waived, target=function.spec.target),
        *missing(requirements, _modules(own), target=function.spec.target, layers=_has_layers(function)),
    )


def _known(wheels: Unpacked, own: Sequence[File]) -> list[Contents]:
    """What each wheel holds, from the notes or by reading it now, and at the end what the own files hold."""
    noted = [kept.load(wheel) for wheel, _ in wheels]
    missing_notes = [files for (_, files), note in zip(wheels, noted, strict=True) if note is None]
    *fresh, of_own = contents([*missing_notes, own])
    following = iter(fresh)
    known = [next(following) if note is None else note for note in noted]
    for (wheel, _), note, found in zip(wheels, noted, known, strict=True):
        if note is None:
            kept.keep(wheel, found)
    return [*known, of_own]


def _findings(function: Function, group: Group, groups: Sequence[Group]) -> Iterator[Finding]:
    target = function.spec.target
    if group.binaries:
        binaries = [binary for one in groups for binary in one.binaries]
        path = (function.spec.environment or {}).get("LD_LIBRARY_PATH", "")
        libraries = loader(binaries, target, library_path=path)
        yield from Audit(group=group, loader=libraries, target=target, layers=_has_layers(function)).findings()
    if not group.own:
        yield from shadowing(group, target)


def _has_layers(function: Function) -> bool:
    return bool(function.spec.members.get("Layers"))


def _modules(own: Sequence[File]) -> set[str]:
    return {file.path.partition("/")[0].removesuffix(".py") for file in own}
