"""What is said of dependency files that leave versions open: each once, however many functions and targets depend on it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.model.artifact import Lock
    from lambda_ci.verbs.building.parts import Locked

_SHOWN = 3


def unpinned(locks: Mapping[Locked, Lock | LambdaCiError], root: Path) -> Iterator[str]:
    """Lines for people; ``root`` is the folder that they see paths from."""
    files: dict[Path, tuple[int, int]] = {}
    for (path, *_), lock in locks.items():
        if path and not isinstance(lock, LambdaCiError) and lock.pylock and lock.loose:
            files[path] = max(files.get(path, (0, 0)), (lock.loose, len(lock.pylock.packages)))
    for path, (loose, total) in [*files.items()][:_SHOWN]:
        yield f"{os.path.relpath(path, root)} does not pin {loose} of its {total} packages: the next build may differ"
    if more := len(files) - _SHOWN if len(files) > _SHOWN else 0:
        yield f"nor {'does' if more == 1 else 'do'} {more} other dependency file{'s' * (more > 1)} pin all packages"
