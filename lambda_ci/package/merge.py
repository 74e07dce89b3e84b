"""One tree of files out of several sources: each path once, in order, and no two that would be in each other's way."""

from __future__ import annotations

import unicodedata
from operator import attrgetter
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.package.file import same
from lambda_ci.package.namespace import preferred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lambda_ci.package.file import File

_SHOWN = 10


def merged(files: Iterable[File], *, named: Callable[[File], str] = attrgetter("label")) -> tuple[File, ...]:
    """The files sorted by the UTF-8 bytes of their paths, each path once.

    Two sources may share a path where the contents are the same, or where both only declare a namespace package.
    Raises ``PackageError`` with all other clashes, in which ``named`` says where a file comes from.
    """
    kept: dict[str, File] = {}
    clashes: list[tuple[File, File]] = []
    for file in files:
        other = kept.setdefault(file.path, file)
        if other is file or same(other, file):
            continue
        if choice := preferred(other, file):
            kept[file.path] = choice
        else:
            clashes.append((other, file))
    if clashes:
        raise _clash(clashes, named)
    _no_file_is_a_folder(kept, named)
    # Code points sort as their UTF-8 bytes do.
    return tuple(kept[path] for path in sorted(kept))


def case_warnings(files: Sequence[File]) -> tuple[str, ...]:
    """Paths that Lambda tells apart and other systems do not."""
    seen: dict[str, str] = {}
    pairs = [
        (other, file.path)
        for file in files
        if (other := seen.setdefault(_folded(file.path), file.path)) is not file.path
    ]
    if not pairs:
        return ()
    shown = ", ".join(f"{one} and {other}" for one, other in pairs[:3]) + (" …" if len(pairs) > 3 else "")
    return (f"{shown} differ only in case or accents: they work on Lambda, not on macOS or Windows",)


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def _no_file_is_a_folder(files: dict[str, File], named: Callable[[File], str]) -> None:
    folders: dict[str, str] = {}
    for path in files:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = path
            folder = folder.rpartition("/")[0]
    for path in sorted(folders.keys() & files.keys()):
        inside = files[folders[path]]
        raise PackageError(
            f"{path!r} is a file in {named(files[path])} and a folder in {named(inside)}",
            why="A package cannot hold both.",
            fix="Depend on one of the two only, or leave an own file out with .lambdaignore or `exclude`.",
        )


def _clash(clashes: Sequence[tuple[File, File]], named: Callable[[File], str]) -> PackageError:
    lines = [f"  {one.path}: {named(one)} and {named(other)}" for one, other in clashes[:_SHOWN]]
    more = [f"  … and {len(clashes) - _SHOWN} more"] if len(clashes) > _SHOWN else []
    own = any(not file.source.distribution for pair in clashes for file in pair)
    count = "A path has" if len(clashes) == 1 else f"{len(clashes)} paths have"
    return PackageError(
        "\n".join([f"{count} different contents in two places:", *lines, *more]),
        why="Only one of them can be in the package, and what needs the other would break.",
        fix="Rename the own file, or leave it out with .lambdaignore or `exclude`."
        if own
        else "Depend on only one of the two distributions, or on versions that do not clash.",
    )
