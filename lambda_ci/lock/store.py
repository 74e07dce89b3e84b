"""Locks that were resolved before, under a key of everything that went into them."""

from __future__ import annotations

import hashlib
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.drafts import write_whole
from lambda_ci.adapters.url import without_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target

_FORMAT = "1"
_LARGEST = 16 << 20
_SECRET = ("PASSWORD", "USERNAME", "TOKEN")


def key(source: Source, target: Target, *, uv: str, environ: Mapping[str, str]) -> str:
    """Hex. ``uv`` tells its version. Credentials do not go in."""
    parts = [_FORMAT.encode(), uv.encode(), source.path.name.encode(), str(target).encode()]
    parts += [word.encode() for word in (source.kind.name, *source.arguments)]
    parts += [without_userinfo(line).encode() for line in source.lines]
    parts += [without_userinfo(content.decode("utf-8", "replace")).encode() for content in source.contents]
    parts += [without_userinfo(setting).encode("utf-8", "surrogateescape") for setting in _settings(environ)]
    parts += _configurations(source.root, environ)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def load(cache_dir: Path, name: str, shared: SharedCache | None = None) -> str | None:
    """The text that was saved under this key, here or by a machine that shares its cache; ``None`` where there is none or it is damaged."""
    path = _path(cache_dir, name)
    try:
        return _text(path.read_bytes())
    except OSError:
        return _fetched(path, shared) if shared else None


def save(cache_dir: Path, name: str, text: str, shared: SharedCache | None = None) -> None:
    """Atomically; a cache that cannot be written is no failure, only slower next time."""
    path = _path(cache_dir, name)
    content = text.encode()
    with suppress(OSError):
        _write(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        if shared:
            shared.keep(_name(path), path)


def _fetched(path: Path, shared: SharedCache) -> str | None:
    content = shared.note(_name(path), largest=_LARGEST)
    text = _text(content) if content else None
    if text is not None:
        with suppress(OSError):
            _write(path, content)
    elif content:
        shared.damaged(_name(path))
    return text


def _text(content: bytes) -> str | None:
    checksum, _, text = content.partition(b"\n")
    if checksum.decode("ascii", "replace") != hashlib.sha256(text).hexdigest():
        return None
    return text.decode("utf-8", "replace")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _name(path: Path) -> str:
    """In the shared cache."""
    return f"locks/{path.name}"


def _path(cache_dir: Path, name: str) -> Path:
    return cache_dir / "locks" / f"{name}.toml"


def _settings(environ: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(environ):
        if name.startswith("UV_") and not name.endswith(_SECRET) and name != "UV_CACHE_DIR":
            yield f"{name}={environ[name]}"


def _configurations(root: Path, environ: Mapping[str, str]) -> Iterator[bytes]:
    """uv.toml and [tool.uv] of the folder and those above it, the user's, the machine's (docs.astral.sh/uv, configuration files)."""
    for folder in (root, *root.parents):
        yield from _content(folder / "uv.toml")
        yield from _tool_uv(folder / "pyproject.toml")
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    shared = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    yield b"not of the project"
    folders: Iterable[str] = (home, *shared.split(":"), "/etc")
    for name in folders:
        yield from _content(Path(name) / "uv" / "uv.toml")
    if named := environ.get("UV_CONFIG_FILE"):
        yield from _content(root / named)


def _content(path: Path) -> Iterator[bytes]:
    try:
        yield without_userinfo(path.read_text(encoding="utf-8", errors="replace")).encode()
    except OSError:
        return


def _tool_uv(path: Path) -> Iterator[bytes]:
    for content in _content(path):
        try:
            tool = tomllib.loads(content.decode()).get("tool", {})
            yield repr(tool.get("uv") if isinstance(tool, dict) else None).encode()
        except (ValueError, RecursionError):
            yield content
