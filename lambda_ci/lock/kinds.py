"""Which kind of dependency file it is: told by its name, and by its content where the name does not say."""

from __future__ import annotations

import json
import re
import tomllib
from enum import Enum, auto
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.reading import read_bytes

if TYPE_CHECKING:
    from pathlib import Path


class Kind(Enum):
    """The ways of declaring dependencies."""

    PYLOCK = auto()
    UV = auto()
    POETRY = auto()
    PIPFILE = auto()
    REQUIREMENTS = auto()
    PROJECT = auto()
    SCRIPT = auto()

    @property
    def is_lock(self) -> bool:
        """Whether it names every package, version and hash, so that nothing is left to resolve."""
        return self in {Kind.PYLOCK, Kind.UV, Kind.POETRY, Kind.PIPFILE}


KNOWN = (
    "known are pylock.toml (also pylock.NAME.toml), uv.lock, poetry.lock, Pipfile.lock, requirements files (.txt, .in), "
    "pyproject.toml, and Python files with script metadata (PEP 723)"
)
_NAMES = {
    "uv.lock": Kind.UV, "poetry.lock": Kind.POETRY, "Pipfile.lock": Kind.PIPFILE, "pyproject.toml": Kind.PROJECT,
}  # fmt: skip
_PYLOCK = re.compile(r"pylock(\.[^.]+)?\.toml")
_JUDGED = frozenset({".toml", ".lock", ".json"})
_NEVER = frozenset({".cfg", ".yml", ".yaml"})


def kind_of(path: Path) -> Kind:
    """Raises BuildError for what is no dependency file, and for a file that cannot be read where that has to decide."""
    if _PYLOCK.fullmatch(path.name):
        return Kind.PYLOCK
    if named := _NAMES.get(path.name):
        return named
    if path.suffix == ".py":
        return Kind.SCRIPT
    if path.suffix in _JUDGED:
        return _by_content(path)
    if path.suffix in _NEVER or path.name == "Pipfile":
        raise _unknown(path)
    return Kind.REQUIREMENTS


def _by_content(path: Path) -> Kind:
    content = read_bytes(path)
    document = _toml(content) or _json(content)
    metadata = document.get("metadata")
    if "lock-version" in document:
        return Kind.PYLOCK
    if isinstance(metadata, dict) and "content-hash" in metadata:
        return Kind.POETRY
    if "_meta" in document and "default" in document:
        return Kind.PIPFILE
    raise _unknown(path)


def _toml(content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError):
        return {}


def _json(content: bytes) -> dict[str, object]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _unknown(path: Path) -> BuildError:
    fix = (
        "lock it first (`pipenv lock`)" if path.name == "Pipfile" else "name one of these, or export it to one of them"
    )
    return BuildError(f"{path} is not a dependency file that can be read", why=KNOWN, fix=fix)
