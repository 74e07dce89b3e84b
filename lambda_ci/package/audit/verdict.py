"""From findings to what stops the build, what is waived, and what is only said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lambda_ci.model.audit import Finding
    from lambda_ci.model.target import Target

OWN = "."
"""What a waiver calls the function's own files."""
_OWN_FILES = "the function's own files"
_SHOWN = 10
_SAME = tuple[str, str, str, str]


def verdict(findings: Sequence[Finding], *, waived: Collection[str], target: Target) -> tuple[str, ...]:
    """The warnings, in words. Raises ``PackageError`` with every error that is not waived.

    ``waived`` holds normalised names of distributions, and ``OWN`` for the function's own files.
    """
    errors = [one for one in findings if one.level is Severity.ERROR]
    if fatal := [one for one in errors if _name(one) not in waived]:
        raise _refusal(fatal, target)
    warnings = [one for one in findings if one.level is not Severity.ERROR]
    idle = sorted(set(waived) - {_name(one) for one in errors})
    return (
        *_shortened([*_warnings("waived: ", errors), *_warnings("", warnings)]),
        *(f"`audit.waive` names {name!r}, where the audit has nothing to waive: remove it" for name in idle),
    )


def _name(finding: Finding) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(finding.distribution) if finding.distribution else OWN


def _refusal(errors: Sequence[Finding], target: Target) -> PackageError:
    groups = _grouped(errors)
    lines = _lines(list(groups.items())[:_SHOWN])
    if len(groups) > _SHOWN:
        lines.append(f"  … and {len(groups) - _SHOWN} more findings")
    files = len({one.path for one in errors})
    count = "A file" if files == 1 else f"{files} files"
    names = ", ".join(sorted({repr(_name(one)) if _name(one) == OWN else _name(one) for one in errors}))
    return PackageError(
        "\n".join([f"{count} of the package would not work on {target}:", *lines]),
        why="Lambda would take the package, and fail when the function imports or runs them.",
        fix=f"Where the function never uses them, `audit: {{waive: [{names}]}}` makes warnings of these errors.",
    )


def _lines(groups: Sequence[tuple[_SAME, list[str]]]) -> list[str]:
    """Each distribution once, and below it what is wrong, with the remedy after the last that it is for."""
    lines: list[str] = []
    for number, ((distribution, wheel, what, fix), paths) in enumerate(groups):
        before = groups[number - 1][0][:2] if number else None
        after = groups[number + 1][0] if number + 1 < len(groups) else None
        if before != (distribution, wheel):
            lines.append(f"  {f'{distribution} ({wheel})' if distribution else _OWN_FILES}:")
        lines.append(f"    {_paths(paths)}: {what}")
        if after is None or (after[0], after[3]) != (distribution, fix):
            lines.append(f"      → {fix}")
    return lines


def _warnings(prefix: str, findings: Iterable[Finding]) -> list[str]:
    return [
        f"{prefix}{_paths(paths)}{f' ({distribution})' if distribution else ''}: {what}. {fix}."
        for (distribution, _, what, fix), paths in _grouped(findings).items()
    ]


def _shortened(warnings: list[str]) -> list[str]:
    rest = len(warnings) - _SHOWN
    return warnings[:_SHOWN] + ([f"… and {rest} more warnings of the audit"] if rest > 0 else [])


def _grouped(findings: Iterable[Finding]) -> dict[_SAME, list[str]]:
    """The paths that have the same finding, those of one distribution together."""
    groups: dict[_SAME, list[str]] = {}
    for one in sorted(findings, key=lambda one: one.distribution):
        groups.setdefault((one.distribution, one.wheel, one.what, one.fix), []).append(one.path)
    return groups


def _paths(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
