"""Which functions a change affects: decided from the changed paths and from what each function is made of, and from nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_SHOWN = 5


def _everything(_path: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A folder with what is in it, as far as ``counts`` says so of a path below it (with ``/``)."""

    folder: Path
    counts: Callable[[str], bool] = _everything


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What one function is made of. Paths are absolute, without ``..`` and links. ``given``: reasons that hold in any case."""

    name: str
    trees: Sequence[Tree] = ()
    files: frozenset[Path] = frozenset()
    given: tuple[str, ...] = ()


def decide(
    watches: Iterable[Watch], changed: Iterable[Path], *, root: Path, keep_out: Sequence[Path] = ()
) -> dict[str, tuple[str, ...]]:
    """Why each affected function is affected, in words; functions that are not are absent.

    ``root`` is the folder that people see paths from; what is in ``keep_out`` (packages, caches) is nobody's source.
    """
    paths = sorted(path for path in changed if not any(path.is_relative_to(folder) for folder in keep_out))
    texts = {path: str(path) for path in paths}
    reasons = {watch.name: (*watch.given, *_shortened(_touched(watch, texts), root)) for watch in watches}
    return {name: found for name, found in reasons.items() if found}


def _touched(watch: Watch, paths: Mapping[Path, str]) -> list[Path]:
    return [
        path for path, text in paths.items() if path in watch.files or any(_holds(tree, text) for tree in watch.trees)
    ]


def _holds(tree: Tree, path: str) -> bool:
    """Whether a path counts. A path that is the folder itself is that of a submodule, or of a file that was there before."""
    folder = str(tree.folder)
    if path == folder:
        return True
    prefix = folder.rstrip("/") + "/"
    return path.startswith(prefix) and tree.counts(path[len(prefix) :])


def _shortened(paths: Sequence[Path], root: Path) -> list[str]:
    reasons = [f"{os.path.relpath(path, root)} changed" for path in paths[:_SHOWN]]
    return reasons + ([f"{len(paths) - _SHOWN} more files changed"] if len(paths) > _SHOWN else [])
