"""Dependencies to a lock (PEP 751) for one target.

requirements.txt, pyproject.toml and script metadata are resolved by uv, to versions that have a wheel for the target. uv.lock is
exported, poetry.lock and Pipfile.lock are read and uv finds the files that they name by hash; a pylock.toml is taken as it is.
Where the input names every version, the answer is remembered and uv is not started again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import secret_in
from lambda_ci.errors import BuildError
from lambda_ci.lock import store
from lambda_ci.lock.credentials import credentials_for
from lambda_ci.lock.hashes import only_hashed
from lambda_ci.lock.kinds import Kind, kind_of
from lambda_ci.lock.pylock import parse_pylock, read_pylock, selected
from lambda_ci.lock.read import read
from lambda_ci.lock.selection import DEFAULT, Selection
from lambda_ci.lock.written import path_of, read_written, write
from lambda_ci.model.artifact import Lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.pylock import Pylock

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """What finds locks. ``shared``: where other machines keep what was resolved."""

    uv: Uv
    cache_dir: Path
    console: Console
    shared: SharedCache | None = None


def lock(
    requirements: Path | None,
    target: Target,
    resolver: Resolver,
    *,
    selection: Selection = DEFAULT,
    building: bool = False,
) -> Lock:
    """The dependencies that ``requirements`` declares, ``None`` being none.

    Raises BuildError for a file that cannot be read, for requirements without a solution, where a wheel for the target
    is missing (with ``building``: and no source either), where hashes do not agree, where a lock is out of date, and where
    uv is missing or late.
    """
    if requirements is None:
        return Lock(target=target, pylock=None, root=Path(), origin="no dependencies", pinned=True)
    if kind_of(requirements) is Kind.PYLOCK:
        root = requirements.absolute().parent
        pylock = selected(read_pylock(requirements), target, selection=selection, path=requirements)
        credentials = credentials_for((), root=root, environ=resolver.uv.environ, files=_places(pylock))
        origin = requirements.name
        return Lock(target=target, pylock=pylock, root=root, origin=origin, pinned=True, credentials=credentials)
    source = read(requirements, target=target, environ=resolver.uv.environ, selection=selection)
    if not source.kind.is_lock:
        if written := read_written(source, target, selection):
            return _written(written, source, target=target, selection=selection, uv=resolver.uv)
        if selection.frozen:
            raise _not_locked(requirements)
    return _resolved(source, target, resolver, building=building)


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What ``write_lock`` did. ``packages`` counts them; ``path`` is the lock."""

    path: Path
    packages: int
    changed: bool


def write_lock(
    requirements: Path,
    target: Target,
    resolver: Resolver,
    *,
    selection: Selection = DEFAULT,
    building: bool = False,
) -> Locked:
    """Resolve, and write the lock beside the dependency file; one that is a lock already is left as it is.

    Raises BuildError as ``lock`` does, and where the lock cannot be written.
    """
    if kind_of(requirements) is Kind.PYLOCK:
        return Locked(path=requirements, packages=len(read_pylock(requirements).packages), changed=False)
    source = read(requirements, target=target, environ=resolver.uv.environ, selection=selection)
    new = _resolved(source, target, resolver, building=building)
    assert new.pylock is not None
    count = len(new.pylock.packages)
    if source.kind.is_lock:
        return Locked(path=source.path, packages=count, changed=False)
    path, changed = write(source, new.pylock, target=target, selection=selection)
    return Locked(path=path, packages=count, changed=changed)


def find_lock(
    requirements: Path,
    target: Target,
    resolver: Resolver,
    *,
    selection: Selection = DEFAULT,
    building: bool = False,
) -> Locked:
    """The lock that is there. Raises BuildError where there is none or it is out of date."""
    frozen = replace(selection, frozen=True)
    found = lock(requirements, target, resolver, selection=frozen, building=building)
    assert found.pylock is not None
    return Locked(
        path=Path(os.path.normpath(requirements.parent / found.origin)),
        packages=len(found.pylock.packages),
        changed=False,
    )


def _written(pylock: Pylock, source: Source, *, target: Target, selection: Selection, uv: Uv) -> Lock:
    return Lock(
        target=target,
        pylock=pylock,
        root=source.root,
        origin=path_of(source.path, target, selection).name,
        pinned=True,
        credentials=_credentials(source, pylock, uv),
        indexes=_indexes(source),
    )


def _not_locked(path: Path) -> BuildError:
    return BuildError(
        f"{path} is not a lock, and --frozen forbids to resolve it",
        why="locks are pylock.toml, uv.lock, poetry.lock and Pipfile.lock",
        fix="run `lambda-ci lock` and commit what it writes",
    )


def _resolved(source: Source, target: Target, resolver: Resolver, *, building: bool) -> Lock:
    uv, cache_dir, shared = resolver.uv, resolver.cache_dir, resolver.shared
    name = store.key(source, target, uv=uv.identity, environ=uv.environ) + ("-sources" if building else "")
    known = store.load(cache_dir, name, shared)
    text = known or _solved(source, target, resolver, building=building)
    found = parse_pylock(text, label="uv's lock")
    pylock = only_hashed(found, source.hashes, label=source.path.name, required=source.hashed)
    loose = len(_loose(source, pylock))
    if (
        not loose
        and known is None
        and source.complete
        and all(_may_be_kept(place, source) for place in _places(pylock))
    ):
        store.save(cache_dir, name, text, shared)
    return Lock(
        target=target,
        pylock=pylock,
        root=source.root,
        origin=os.path.relpath(source.path, source.root)
        if source.kind.is_lock
        else f"{source.path.name}, resolved by uv",
        pinned=not loose,
        loose=loose,
        credentials=_credentials(source, pylock, uv),
        indexes=_indexes(source),
    )


def _solved(source: Source, target: Target, resolver: Resolver, *, building: bool) -> str:
    """What asks uv is imported only when uv is asked: a warm build must not wait for it."""
    from lambda_ci.lock.solve import solve

    return solve(source, target, uv=resolver.uv, console=resolver.console, building=building)


def _loose(source: Source, pylock: Pylock) -> list[str]:
    """What the next day may have in another version. A folder is the project's own."""
    return [package.name for package in pylock.packages if not (package.directory or package.name in source.pins)]


def _places(pylock: Pylock) -> Iterator[str]:
    """Where the files of a lock are: URLs and paths."""
    for package in pylock.packages:
        files = (*(package.wheels or ()), package.sdist, package.archive, package.vcs, package.directory)
        for file in files:
            if file is not None:
                yield getattr(file, "url", None) or file.path or ""


def _may_be_kept(place: str, source: Source) -> bool:
    """What is on this machine may change under the same name, save where a lock describes it; credentials must not be written down."""
    if not place.startswith(("http://", "https://")):
        return source.kind.is_lock
    return not secret_in(place)


def _indexes(source: Source) -> tuple[str, ...]:
    """As lines of a requirements file."""
    return (
        *source.options,
        *(f"--extra-index-url {index}" for index in {pin.index for pin in source.packages} if index),
    )


def _credentials(source: Source, pylock: Pylock, uv: Uv) -> Mapping[str, tuple[str, str]]:
    indexes = [*source.options, *(pin.index for pin in source.packages)]
    return credentials_for(indexes, root=source.root, environ=uv.environ, files=_places(pylock))
