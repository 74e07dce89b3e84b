"""Lambda's limits on a package, and the list of what weighs how much."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import LedgerLine
from lambda_ci.model.platform import facts
from lambda_ci.package.sources import MOST_FILES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.package.file import File

_MOST_BYTES = 0xFFFF_FFFF
_SHOWN = 15
_MIB = 1 << 20


def ledger(files: Sequence[File]) -> tuple[LedgerLine, ...]:
    """How much each distribution weighs, largest first; the function's own files are one line."""
    groups: dict[tuple[str, str], list[File]] = defaultdict(list)
    for file in files:
        groups[file.source.distribution, file.source.version].append(file)
    lines = [_line(distribution, version, group) for (distribution, version), group in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.size, line.distribution)))


def check(
    files: Sequence[File], lines: Sequence[LedgerLine], layers: Sequence[LedgerLine] = (), *, is_image: bool = False
) -> None:
    """Raise ``PackageError`` where Lambda would refuse the package for its size, which counts together with its ``layers``.

    ``is_image``: it goes into a container image, which may be larger.
    """
    limit = facts().limits.image if is_image else facts().limits.unzipped
    size = sum(line.size for line in (*lines, *layers))
    if size > limit:
        subject = "The package and its layers have" if layers else "The package has"
        everything = sorted((*lines, *layers), key=lambda line: (-line.size, line.distribution))
        raise _too_large(
            f"{subject} {_human(size)} unzipped, {size - limit:,} bytes more than Lambda takes", everything, limit
        )
    if len(files) > MOST_FILES:
        raise _too_large(
            f"The package has {len(files):,} files, more than the {MOST_FILES:,} that a zip file for Lambda can hold",
            lines,
        )
    overhead = sum(len(file.path.encode()) for file in files) * 2 + len(files) * 76
    if sum(line.compressed_size for line in lines) + overhead > _MOST_BYTES:
        raise _too_large("The package is larger than the 4 GiB that a zip file for Lambda can have", lines)


def _line(distribution: str, version: str, files: Sequence[File]) -> LedgerLine:
    return LedgerLine(
        distribution=distribution,
        version=version,
        files=len(files),
        size=sum(file.size for file in files),
        compressed_size=sum(file.compressed_size for file in files),
    )


def _too_large(what: str, lines: Sequence[LedgerLine], limit: int | None = None) -> PackageError:
    shown = [f"  {_human(line.size):>11} {line.files:>6} files  {_named(line)}" for line in lines[:_SHOWN]]
    rest = lines[_SHOWN:]
    if rest:
        shown.append(
            f"  {_human(sum(line.size for line in rest)):>11} {sum(line.files for line in rest):>6} files  {len(rest)} more"
        )
    return PackageError(
        "\n".join([f"{what}:", *shown]),
        why=f"Lambda takes {_human(limit or facts().limits.unzipped)} unzipped, layers included.",
        fix="Remove dependencies that the function does not import, slim the others (`package: {slim: [tests, debug-symbols]}`), "
        "or leave own files out with .lambdaignore or `exclude`.",
    )


def _named(line: LedgerLine) -> str:
    return f"{line.distribution} {line.version}" if line.distribution else "the function's own files"


def _human(size: int) -> str:
    return f"{size / _MIB:,.1f} MiB" if size >= _MIB else f"{size / 1024:,.1f} KiB"
