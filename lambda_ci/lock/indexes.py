"""The package indexes that uv is configured for (docs.astral.sh/uv, package indexes and configuration files)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_ci.lock.reading import table, tables, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
_ADDRESS = re.compile(r"(?:(?<![^\s,])(?P<name>[^\s,=:/]+)=)?(?P<url>[A-Za-z][A-Za-z0-9+.\-]*://[^\s,]+)")


def indexes(further: Iterable[str], *, root: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name (empty where it has none) and address of each, those that count most first."""
    for text in further:
        yield from _addresses(text)
    for variable in _VARIABLES:
        yield from _addresses(environ.get(variable, ""))
    for settings in _settings(root, environ):
        yield from _declared(settings)


def uses_keyring(root: Path, environ: Mapping[str, str]) -> bool:
    """Whether uv is told to ask the program ``keyring``."""
    told = [environ.get("UV_KEYRING_PROVIDER", "")]
    for settings in _settings(root, environ):
        told += [str(holder.get("keyring-provider", "")) for holder in (settings, table(settings.get("pip")))]
    return next(filter(None, told), "") == "subprocess"


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """``NAME=URL`` as UV_INDEX has it; ``--index-url URL`` and ``--index-url=URL`` as requirements files have it."""
    for found in _ADDRESS.finditer(text):
        name = found["name"] or ""
        yield ("" if name.startswith("-") else name), found["url"]


def _settings(root: Path, environ: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The tables of uv's settings: those of the project or a folder above it, the user's, the machine's."""
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    machine = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    if named := environ.get("UV_CONFIG_FILE"):
        yield _read(root / named)
        return
    for folder in (root, *root.parents):
        yield _read(folder / "uv.toml")
        yield table(table(_read(folder / "pyproject.toml").get("tool")).get("uv"))
    for name in (home, *machine, "/etc"):
        yield _read(Path(name) / "uv" / "uv.toml")


def _read(path: Path) -> Mapping[str, Any]:
    """What cannot be read is for uv to say."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def _declared(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in tables(settings.get("index", [])):
        yield str(one.get("name", "")), str(one.get("url", ""))
    for holder in (settings, table(settings.get("pip"))):
        for key in ("index-url", "extra-index-url"):
            value = holder.get(key)
            for url in (value,) if isinstance(value, str) else texts(value):
                yield "", url
