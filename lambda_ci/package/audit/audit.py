"""The audit of a package: would its binaries load on Lambda, and is what its distributions need there?

Everything is told from headers, nothing is executed. What is known of a wheel is kept beside it, so that only the
comparison with the target is made each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.package.audit.binaries import Audit
from lambda_ci.package.audit.contents import contents
from lambda_ci.package.audit.dependencies import missing
from lambda_ci.package.audit.group import OPT, TASK, of_own_files, of_wheel
from lambda_ci.package.audit.loader import loader
from lambda_ci.package.audit.notes import contents_of
from lambda_ci.package.audit.shadowing import shadowing
from lambda_ci.package.audit.verdict import OWN, verdict
from lambda_ci.package.relocated import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.model.audit import Finding, Requirement
    from lambda_ci.model.settings import Function
    from lambda_ci.package.audit.group import Group
    from lambda_ci.package.audit.notes import Notes
    from lambda_ci.package.file import File
    from lambda_ci.package.layers import Beneath

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]


def audit(
    function: Function, wheels: Unpacked, own: Sequence[File], *, notes: Notes, beneath: Beneath
) -> tuple[str, ...]:
    """Warnings, in words. Raises ``PackageError`` where something would certainly fail and is not waived.

    Layers that the project builds are audited with each package above them: what one needs may lie in the other.
    """
    from packaging.utils import canonicalize_name

    everything = [*wheels, *(pair for one in beneath.layers for pair in one.wheels)]
    roots = [*(TASK for _ in wheels), *(f"{OPT}/python" for one in beneath.layers for _ in one.wheels)]
    *found, of_own = contents_of(everything, own, notes)
    groups = [
        of_wheel(wheel, files, having.binaries, root=root)
        for (wheel, files), having, root in zip(everything, found, roots, strict=True)
    ] + [*of_own_files(own, of_own.binaries), *_own_files_of_layers(beneath)]
    findings = [finding for group in groups for finding in _findings(function, group, groups, beneath)]
    requirements: dict[str, Sequence[Requirement]] = {
        canonicalize_name(wheel.name): having.requirements for (wheel, _), having in zip(everything, found, strict=True)
    }
    modules = _modules([*own, *(file for one in beneath.layers for file in one.tree.own)])
    return (
        *verdict(findings, waived=_waived(function, beneath), target=function.spec.target),
        *missing(requirements, modules, target=function.spec.target, layers=bool(beneath.unknown)),
    )


def _own_files_of_layers(beneath: Beneath) -> list[Group]:
    own = [one.tree.own for one in beneath.layers]
    return [
        group
        for files, having in zip(own, contents(own), strict=True)
        for group in of_own_files(files, having.binaries, root=OPT)
    ]


def _waived(function: Function, beneath: Beneath) -> set[str]:
    """What the function waives, and what its layers do."""
    from packaging.utils import canonicalize_name

    names = [*function.spec.audit.waive, *(name for one in beneath.layers for name in one.tree.layer.spec.audit.waive)]
    return {name if name == OWN else canonicalize_name(name) for name in names}


def _findings(function: Function, group: Group, groups: Sequence[Group], beneath: Beneath) -> Iterator[Finding]:
    target = function.spec.target
    if group.binaries:
        path = function.spec.variables.get("LD_LIBRARY_PATH", "")
        libraries = loader(groups, target, root=group.root, library_path=path)
        yield from Audit(group=group, loader=libraries, target=target, layers=bool(beneath.unknown)).findings()
    if not group.own:
        yield from shadowing(group, target)


def _modules(own: Sequence[File]) -> set[str]:
    return {file.path.removeprefix(MODULES).partition("/")[0].removesuffix(".py") for file in own}
