"""What is new in a package against the deployed one, and what was left out of it, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.report import measures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.artifact import Saving
    from lambda_ci.model.change import CodeDifference, DistributionChange, FileChange, Weight

LARGEST = 20
"""Distributions shown of one difference."""
FILES = 10
OWN = "the function's own files"
_LONGEST = 200
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def difference_lines(code: CodeDifference) -> Iterator[str]:
    """The lines under a plan, not indented: the totals first, then each distribution, then the function's own files."""
    yield f"package against version {code.version}: {_change(code.before.compressed_size, code.after.compressed_size)}"
    if code.unknown:
        yield f"    ({_clean(code.unknown)})"
        return
    yield f"    unpacked: {_change(code.before.size, code.after.size)}"
    for one in code.distributions[:LARGEST]:
        yield f"    {_distribution(one)}"
    if rest := code.distributions[LARGEST:]:
        yield f"    … and {measures.number(len(rest), 'other distribution')}"
    if code.files:
        yield f"    {measures.number(len(code.files), 'own file')}: {_files(code.files)}"


def savings_text(savings: Sequence[Saving]) -> str:
    """``left out: tests 11.2 MiB (50.0 MiB unpacked, 3488 files), …``; empty where nothing was left out."""
    shown = [
        f"{one.rule} {measures.size(one.compressed_size)} "
        f"({measures.size(one.size)} unpacked, {measures.number(one.files, 'file')})"
        for one in savings
    ]
    return f"left out: {', '.join(shown)}" if shown else ""


def savings_members(savings: Sequence[Saving]) -> list[JsonValue]:
    """As they stand in a document. Sizes in bytes."""
    return [
        {"rule": one.rule, "files": one.files, "size": one.size, "compressed-size": one.compressed_size}
        for one in savings
    ]


def _distribution(one: DistributionChange) -> str:
    name = _clean(one.distribution) or OWN
    if one.before is None:
        return f"+ {name} {_clean(one.version_after)}".rstrip() + f": {_weight(one.after)}"
    if one.after is None:
        return f"- {name} {_clean(one.version_before)}".rstrip() + f": {_weight(one.before)}"
    return f"~ {name}{_versions(one)}: {_change(one.before.compressed_size, one.after.compressed_size)}"


def _versions(one: DistributionChange) -> str:
    before, after = _clean(one.version_before), _clean(one.version_after)
    if before == after:
        return f" {after}" if after else ""
    return f" {before or '(unknown)'} → {after or '(unknown)'}"


def _weight(weight: Weight | None) -> str:
    return measures.size(weight.compressed_size) if weight else "-"


def _change(before: int, after: int) -> str:
    sign = "+" if after > before else "-" if after < before else "±"
    return f"{measures.size(before)} → {measures.size(after)} ({sign}{measures.size(abs(after - before))})"


def _files(files: Sequence[FileChange]) -> str:
    shown = ", ".join(f"{_SIGNS[one.action]} {_clean(one.path)}" for one in files[:FILES])
    return shown + (" …" if len(files) > FILES else "")


def _clean(text: str) -> str:
    """On one line, whatever a zip file has in its names."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text[:_LONGEST])
