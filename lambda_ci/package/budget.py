"""The user's own limits on a package: ``max-size`` for the zip and ``max-unpacked-size``, which Lambda counts with the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.size import byte_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.artifact import LedgerLine
    from lambda_ci.model.spec.packages import PackageSpec
    from lambda_ci.package.file import File

_SHOWN = 15
_MIB = 1 << 20
_HEADERS = 30 + 46
"""Bytes of a member's two headers in a zip file, each with the path behind it."""
_END = 22


def zip_size(files: Sequence[File]) -> int:
    """What the zip file of these files will have, in bytes."""
    return _END + sum(_HEADERS + 2 * len(file.path.encode()) + file.compressed_size for file in files)


def check_budget(
    spec: PackageSpec,
    files: Sequence[File],
    lines: Sequence[LedgerLine],
    layers: Sequence[LedgerLine] = (),
    *,
    what: str = "the package",
) -> None:
    """Raise ``PackageError`` where the package is larger than the user wants it to be.

    ``lines``: the ledger of the package; ``layers``: that of the layers that the project builds; ``what`` it is, in words.
    """
    said = [*_over_zip(spec, files, what), *_over_unpacked(spec, lines, layers, what)]
    if not said:
        return
    everything = sorted((*lines, *layers), key=lambda line: (-line.size, line.distribution))
    raise PackageError(
        "\n".join([*(f"{one}:" if one is said[-1] else one for one in said), *_table(everything)]),
        why="`package` in the configuration sets this budget.",
        fix="Remove what is not needed, slim dependencies with `slim` or `botocore-services`, or raise the budget.",
    )


def _over_zip(spec: PackageSpec, files: Sequence[File], what: str) -> list[str]:
    if spec.max_size is None:
        return []
    return _over(f"The zip of {what}", zip_size(files), byte_count(spec.max_size), "max-size")


def _over_unpacked(
    spec: PackageSpec, lines: Sequence[LedgerLine], layers: Sequence[LedgerLine], what: str
) -> list[str]:
    if spec.max_unpacked_size is None:
        return []
    subject = f"T{what[1:]} unpacked with its layers" if layers else f"T{what[1:]} unpacked"
    size = sum(line.size for line in (*lines, *layers))
    return _over(subject, size, byte_count(spec.max_unpacked_size), "max-unpacked-size")


def _over(subject: str, size: int, limit: int, option: str) -> list[str]:
    if size <= limit:
        return []
    return [f"{subject} has {human(size)}, {human(size - limit)} more than `{option}` allows ({human(limit)})"]


def _table(lines: Sequence[LedgerLine]) -> list[str]:
    shown = [_row(line) for line in lines[:_SHOWN]]
    if rest := lines[_SHOWN:]:
        size, packed = sum(line.size for line in rest), sum(line.compressed_size for line in rest)
        shown.append(f"  {human(size):>11} {human(packed):>11} zipped  {len(rest)} more")
    return shown


def _row(line: LedgerLine) -> str:
    name = f"{line.distribution} {line.version}" if line.distribution else "the function's own files"
    return f"  {human(line.size):>11} {human(line.compressed_size):>11} zipped  {name}"


def human(size: int) -> str:
    """``812 B``, ``3.4 KiB``, ``71.6 MiB``."""
    if size < 1024:
        return f"{size} B"
    return f"{size / _MIB:,.1f} MiB" if size >= _MIB else f"{size / 1024:,.1f} KiB"
