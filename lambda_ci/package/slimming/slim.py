"""What stays out of a package by the user's choice. Pure filters over lists of files: nothing is unpacked or written.

Metadata of distributions (METADATA, entry points, RECORD as it is, licences) and the function's own files always stay. The rules
(``diet``) are imported where something is chosen: most builds need not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.package.audit.notes import contents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import Saving, Wheel
    from lambda_ci.model.spec.packages import PackageSpec
    from lambda_ci.model.target import Target
    from lambda_ci.package.audit.notes import Notes
    from lambda_ci.package.file import File

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]


@dataclass(frozen=True, kw_only=True)
class Slimmed:
    """What is left of the wheels, with what was saved and what is doubtful about it."""

    wheels: Unpacked
    savings: tuple[Saving, ...] = ()
    warnings: tuple[str, ...] = ()


def slim(spec: PackageSpec, target: Target, wheels: Unpacked, own: Sequence[File], *, notes: Notes) -> Slimmed:
    """Apply what ``spec`` asks for. ``own``: the files beside the wheels. Raises ``PackageError`` where it cannot be had."""
    if not (spec.slim or spec.botocore_services or spec.runtime_boto3):
        return Slimmed(wheels=wheels)
    from lambda_ci.package.slimming.diet import Diet

    # Of the whole wheels, before anything is left out: this is noted for every package that has them.
    contents = contents_of(wheels, own, notes)
    diet = Diet.of(wheels, spec=spec, target=target, own=own, contents=contents)
    diet.follow()
    slimmed = tuple((one.wheel, one.files) for one in diet.left)
    return Slimmed(wheels=slimmed, savings=tuple(diet.savings), warnings=tuple(diet.warnings))
