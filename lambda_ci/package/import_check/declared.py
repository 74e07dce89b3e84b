"""Distributions that a project declares, and that this function does not take: in groups and extras of its pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.model.settings import Function

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_LARGEST = 1 << 20


def not_taken(function: Function) -> dict[str, str]:
    """Where each is declared, in words, by its normalised name; empty where there is no pyproject.toml that can be read."""
    if function.requirements is None:
        return {}
    document = _read(function.requirements.with_name("pyproject.toml"))
    groups = {
        f"the dependency group {name!r}": lines for name, lines in _groups(document) if name not in function.spec.groups
    }
    extras = {f"the extra {name!r}": lines for name, lines in _extras(document) if name not in function.spec.extras}
    return {
        _normalised(found[1]): where
        for where, lines in (groups | extras).items()
        for line in lines
        if (found := _NAME.match(line))
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _groups(document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Those of PEP 735, and Poetry's own."""
    for name, lines in _table(document, "dependency-groups").items():
        yield name, [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    for name, group in _table(document, "tool", "poetry", "group").items():
        yield name, list(_table({"group": group}, "group", "dependencies"))


def _extras(document: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, lines in _table(document, "project", "optional-dependencies").items():
        yield name, [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []


def _table(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """A table within tables; empty where it is not there, or something else."""
    found: Any = document
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
