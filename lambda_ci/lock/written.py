"""The locks that ``lambda-ci lock`` writes beside a dependency file, and how a build finds them again."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet

from lambda_ci.adapters.drafts import write_whole
from lambda_ci.adapters.url import public, secret_in
from lambda_ci.errors import BuildError
from lambda_ci.lock.portable import portable
from lambda_ci.lock.project import told_in
from lambda_ci.lock.pylock import dump_pylock, read_pylock
from lambda_ci.lock.reading import read_toml, table
from lambda_ci.lock.workspace import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packaging.pylock import Pylock

    from lambda_ci.lock.demand import Source
    from lambda_ci.lock.selection import Selection
    from lambda_ci.model.target import Target

TOOL = "lambda-ci"
_OF_VERSIONS = (
    "constraint-dependencies",
    "override-dependencies",
    "exclude-dependencies",
    "exclude-newer",
    "exclude-newer-package",
    "prerelease",
    "resolution",
)
_METADATA = ("pyproject.toml", "setup.py", "setup.cfg")


def path_of(requirements: Path, target: Target, selection: Selection) -> Path:
    """``pylock.requirements-python3-13-x86_64.toml``; chosen groups and extras are at the end. PEP 751 allows no further dot."""
    chosen = [*selection.groups, *(f"extra-{name}" for name in selection.extras)]
    words = [requirements.stem, target.runtime, target.architecture.value, *chosen]
    return requirements.with_name(f"pylock.{re.sub(r'[^A-Za-z0-9_-]', '-', '-'.join(words))}.toml")


def read_written(source: Source, target: Target, selection: Selection) -> Pylock | None:
    """The lock that was written for this file, target and selection; ``None`` where there is none.

    Raises BuildError where the file was changed since.
    """
    path = path_of(source.path, target, selection)
    if not path.is_file():
        return None
    pylock = read_pylock(path)
    if table(table(pylock.tool).get(TOOL)).get("inputs") != _inputs(source, pylock):
        raise BuildError(
            f"{path} is out of date",
            why=f"{source.path.name}, what it includes, or what uv.toml or [tool.uv] says of versions was changed after it was written",
            fix="run `lambda-ci lock` and commit what it writes, or delete it",
        )
    return pylock


def write(source: Source, pylock: Pylock, *, target: Target, selection: Selection) -> tuple[Path, bool]:
    """Writes atomically; returns the file, and whether it is another one than before. Raises BuildError."""
    path = path_of(source.path, target, selection)
    for url in _urls(pylock):
        if secret := secret_in(url):
            raise BuildError(
                f"{source.path} cannot be locked: an address in it holds credentials, {public(url)} ({secret})",
                why="a lock is a file to commit",
                fix="give them in ~/.netrc, or in UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD; where an index only gives "
                "addresses with a token in them, build without a lock beside the file",
            )
    tool: dict[str, Any] = {TOOL: {"inputs": _inputs(source, pylock)}}
    pylock = portable(pylock, path.parent)
    python = SpecifierSet(f"=={target.python_version}.*")
    content = dump_pylock(replace(pylock, created_by=TOOL, requires_python=python, tool=tool)).encode()
    try:
        if path.is_file() and path.read_bytes() == content:
            return path, False
        write_whole(path, content)
    except OSError as error:
        raise BuildError(f"cannot write {path}", why=error.strerror or str(error), fix="make it writable") from error
    return path, True


def _inputs(source: Source, pylock: Pylock) -> str:
    """Hex: a digest of the texts that were locked, of those by which packages from paths say what they need, and of uv's settings."""
    folders = [source.root / package.directory.path for package in pylock.packages if package.directory]
    files = [folder / name for folder in folders for name in _METADATA]
    files += [file for folder in folders for file in told_in(folder)]
    parts = [source.kind.name.encode(), *map(str.encode, source.arguments), *source.contents]
    parts += [file.read_bytes() if file.is_file() else b"" for file in files]
    parts += [repr(one).encode() for one in _told_to_uv(source.root)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _told_to_uv(folder: Path) -> Iterator[object]:
    """What uv's settings in the repository say of versions, nearest first; nothing where they do not."""
    for one in (folder, *folder.parents):
        for name in ("uv.toml", "pyproject.toml"):
            with suppress(BuildError):
                document = read_toml(one / name)
                settings = document if name == "uv.toml" else settings_of(document)
                yield from ((key, settings[key]) for key in _OF_VERSIONS if key in settings)
        if (one / ".git").exists():
            return


def _urls(pylock: Pylock) -> Iterator[str]:
    for package in pylock.packages:
        yield package.index or ""
        for file in (*(package.wheels or ()), package.sdist, package.archive, package.vcs):
            if file is not None:
                yield file.url or ""
