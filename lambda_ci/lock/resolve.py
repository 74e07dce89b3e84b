"""Dependencies to a lock (PEP 751) for one target.

requirements.txt and pyproject.toml are resolved by uv, to versions that have a wheel for the target; a pylock.toml is taken
as it is, without uv. Where the input names every version, the answer is remembered and uv is not started again.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import credentials_of, origin_of
from lambda_ci.errors import BuildError
from lambda_ci.lock import store
from lambda_ci.lock.compile import between, compile_source, floor
from lambda_ci.lock.explain import cause
from lambda_ci.lock.hashes import only_hashed
from lambda_ci.lock.project import read_project
from lambda_ci.lock.pylock import parse_pylock, read_pylock
from lambda_ci.lock.requirements import read_requirements
from lambda_ci.model.artifact import Lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.pylock import Pylock

    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target

_INDEX_VARIABLES = (
    "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
)  # fmt: skip
_OTHER_KINDS = frozenset({".toml", ".lock", ".py", ".cfg", ".json", ".yml", ".yaml"})


def lock(requirements: Path | None, target: Target, *, uv: Uv, cache_dir: Path, console: Console) -> Lock:
    """The dependencies that ``requirements`` declares, ``None`` being none.

    Raises BuildError for a file that cannot be read, for requirements without a solution, where a wheel for the target
    is missing, where hashes do not agree, and where uv is missing or late.
    """
    if requirements is None:
        return Lock(target=target, pylock=None, root=Path(), origin="no dependencies", pinned=True)
    if _is_pylock(requirements):
        root = requirements.absolute().parent
        pylock = read_pylock(requirements)
        return Lock(target=target, pylock=pylock, root=root, origin=requirements.name, pinned=True)
    source = _read(requirements, target=target, uv=uv)
    return _resolved(source, target, uv=uv, cache_dir=cache_dir, console=console)


def _is_pylock(path: Path) -> bool:
    return bool(re.fullmatch(r"pylock(\.[^.]+)?\.toml", path.name))


def _read(path: Path, *, target: Target, uv: Uv) -> Source:
    if path.name == "pyproject.toml":
        return read_project(path, target=target)
    if path.suffix in _OTHER_KINDS:
        raise BuildError(
            f"{path} is not a dependency file that can be read",
            why="known are requirements files (.txt, .in), pyproject.toml and pylock.toml (also pylock.NAME.toml)",
            fix="export it: `uv export --format pylock.toml -o pylock.toml`, or your tool's export to requirements.txt",
        )
    return read_requirements(path, target=target, environ=uv.environ)


def _resolved(source: Source, target: Target, *, uv: Uv, cache_dir: Path, console: Console) -> Lock:
    name = store.key(source, target, uv=uv.identity, environ=uv.environ)
    known = store.load(cache_dir, name)
    text = known or _resolve(source, target, uv=uv, console=console)
    pylock = only_hashed(parse_pylock(text, label="uv's lock"), source.hashes, label=source.path.name)
    loose = [package.name for package in pylock.packages if package.name not in source.pins]
    if loose:
        console.line(_unpinned(source.path.name, len(loose), len(pylock.packages)))
    elif known is None and source.complete and all(map(_may_be_kept, _places(pylock))):
        store.save(cache_dir, name, text)
    origin = f"{source.path.name}, resolved by uv"
    credentials = dict(_credentials(source, uv.environ))
    return Lock(
        target=target, pylock=pylock, root=source.root, origin=origin, pinned=not loose, credentials=credentials
    )


def _resolve(source: Source, target: Target, *, uv: Uv, console: Console) -> str:
    completed = compile_source(source, target, uv=uv, platform=floor(target))
    if completed.returncode != 0:
        return between(completed, source, target=target, uv=uv)
    for line in completed.stderr.splitlines():
        if line.startswith("warning: ") and "does not contain any dependencies" not in line:
            console.untrusted(cause(line.removeprefix("warning: ")))
    return completed.stdout


def _unpinned(name: str, loose: int, total: int) -> str:
    return f"{name} does not pin {loose} of its {total} packages: the next build may differ"


def _places(pylock: Pylock) -> Iterator[str]:
    """Where the files of a lock are: URLs and paths."""
    for package in pylock.packages:
        files = (*(package.wheels or ()), package.sdist, package.archive, package.vcs, package.directory)
        for file in files:
            if file is not None:
                yield getattr(file, "url", None) or file.path or ""


def _may_be_kept(place: str) -> bool:
    """What is on this machine may change under the same name; an address with credentials must not be written down."""
    return place.startswith(("http://", "https://")) and credentials_of(place) is None


def _credentials(source: Source, environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """uv leaves the credentials of an index out of its lock; those who fetch need them."""
    values = [environ[name] for name in _INDEX_VARIABLES if name in environ]
    for url in re.split(r"[\s,]+", " ".join([*source.options, *values])):
        address = url.partition("=")[2] if "=" in url.partition("://")[0] else url
        if found := credentials_of(address):
            yield origin_of(address), found
