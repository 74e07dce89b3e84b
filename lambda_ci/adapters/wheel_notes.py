"""Notes on a wheel, kept beside it in the cache: a wheel never changes, so that nothing of it need be read twice.

    CACHE_DIR/wheels/sha256/ab/abcd…/NAME-FORMAT.json

What cannot be read, or is not what this writes, counts as absent; where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from lambda_ci.adapters.drafts import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel

_Note = TypeVar("_Note")


def load(wheel: Wheel, name: str, form: int, read: Callable[[Any], _Note]) -> _Note | None:
    """What was noted of this very wheel; ``read`` may raise whatever a document of another shape makes it raise."""
    if not _has_a_place(wheel):
        return None
    try:
        raw = json.loads(_path(wheel, name, form).read_bytes())
        return read(raw) if raw["format"] == form and raw["sha256"] == wheel.sha256 else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def keep(wheel: Wheel, name: str, form: int, document: Mapping[str, object]) -> None:
    """Write it down, whole or not at all, and readable for everybody who can read the wheel."""
    if not _has_a_place(wheel):
        return
    with suppress(OSError, ValueError):
        content = json.dumps({"format": form, "sha256": wheel.sha256, **document}, ensure_ascii=False)
        write_whole(_path(wheel, name, form), content.encode())


def texts(values: object) -> tuple[str, ...]:
    """A list of strings. Raises TypeError."""
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(text, values))


def text(value: object) -> str:
    """A string. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError
    return value


def _path(wheel: Wheel, name: str, form: int) -> Path:
    return wheel.path.parent / f"{name}-{form}.json"


def _has_a_place(wheel: Wheel) -> bool:
    """Whether the wheel lies in the cache, in a folder of its own that is named by its hash."""
    folder = wheel.path.parent
    return len(folder.name) >= len("md5") and folder.parent.name == folder.name[:2]
