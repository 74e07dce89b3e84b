"""Dependency files as data, or what is wrong with them."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(path: Path) -> bytes:
    """Raises BuildError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BuildError(f"cannot read {path}", why=error.strerror or str(error), fix="correct the path") from error


def read_toml(path: Path, *, fix: str = "correct it") -> dict[str, Any]:
    """Raises BuildError, with ``fix``, for what is not TOML."""
    content = read_bytes(path)
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BuildError(f"{path} is not valid TOML", why=str(error), fix=fix) from error


def read_json(path: Path, *, fix: str) -> dict[str, Any]:
    """Raises BuildError, with ``fix``, for what is not a JSON object."""
    content = read_bytes(path)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BuildError(f"{path} is not valid JSON", why=str(error), fix=fix) from error
    if not isinstance(document, dict):
        raise BuildError(f"{path} is not valid JSON", why="it is not an object", fix=fix)
    return document


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; nothing where it is none."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def table(value: object) -> dict[str, Any]:
    """A table, empty where it is none."""
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """The tables of a list; a table alone counts as a list of one."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
