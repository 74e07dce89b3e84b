"""Workspaces of uv without their lock: which folders they consist of, and what their root says for all members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError
from lambda_ci.lock.reading import read_toml, table, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def root_of(folder: Path) -> Path | None:
    """The pyproject.toml of the nearest workspace that ``folder`` may be a member of, or is the root of."""
    for one in (folder, *folder.parents):
        path = one / "pyproject.toml"
        if path.is_file() and "workspace" in settings_of(read_toml(path)):
            return path
    return None


def member(root: Path, name: str) -> Path | None:
    """The folder of the member with that project name; what cannot be read is none."""
    return next((folder for folder in _folders(root) if _is_named(folder / "pyproject.toml", name)), None)


def settings_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The table ``tool.uv`` of a pyproject.toml."""
    return table(table(document.get("tool")).get("uv"))


def _folders(root: Path) -> Iterator[Path]:
    yield root.parent
    for pattern in texts(table(settings_of(read_toml(root)).get("workspace")).get("members")):
        yield from sorted(root.parent.glob(pattern.strip("/")))


def _is_named(path: Path, name: str) -> bool:
    try:
        project = table(read_toml(path).get("project"))
    except BuildError:
        return False
    return canonicalize_name(str(project.get("name"))) == canonicalize_name(name)
