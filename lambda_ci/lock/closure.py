"""What on this machine a dependency file depends on: the files it includes, and the local packages with all that is in them.

Rather too much than too little: what is not for the target, or in a group that nobody chose, counts as well.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError
from lambda_ci.lock.kinds import Kind, kind_of
from lambda_ci.lock.reading import read_json, read_toml, table, tables, texts
from lambda_ci.lock.requirements import included, local_lines
from lambda_ci.lock.uvlock import lock_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOCAL = ("editable", "virtual", "directory", "path")
"""What uv calls the place of a package on this machine."""


@dataclass
class Closure:
    """Absolute, without ``..``. A folder counts with everything in it. What is named need not be there."""

    files: set[Path] = field(default_factory=set)
    folders: set[Path] = field(default_factory=set)
    locks: dict[Path, Path] = field(default_factory=dict)
    """Each uv.lock, with the pyproject.toml whose part of it counts (``locked``)."""


def closure(requirements: Path) -> Closure:
    """Raises BuildError for a file that cannot be read, or is no dependency file."""
    found = Closure()
    _visit(Path(os.path.abspath(requirements)), found)  # noqa: PTH100 - without `..`, links kept
    found.files |= {folder / "uv.toml" for folder in requirements.absolute().parents}
    return found


def _visit(path: Path, found: Closure) -> None:
    kind = kind_of(path)
    if kind is not Kind.UV:
        found.files.add(path)
    match kind:
        case Kind.PYLOCK:
            _pylock(path, found)
        case Kind.UV:
            _uv(path, path.with_name("pyproject.toml"), found)
        case Kind.PROJECT:
            lock = lock_for(path)
            _project(path, found) if lock is None else _uv(lock, path, found)
        case Kind.POETRY:
            found.files.add(path.with_name("pyproject.toml"))
            _poetry(path, found)
        case Kind.PIPFILE:
            found.files.add(path.with_name("Pipfile"))
            _pipfile(path, found)
        case Kind.SCRIPT:
            found.files.add(path.with_name(f"{path.name}.lock"))
        case Kind.REQUIREMENTS:
            _requirements(path, found)


def _requirements(path: Path, found: Closure) -> None:
    for file in included(path):
        found.files.add(file)
        for place in local_lines(file):
            _local(place, file.parent, found)


def _project(path: Path, found: Closure) -> None:
    document = read_toml(path)
    project, uv = table(document.get("project")), table(table(document.get("tool")).get("uv"))
    groups = [*table(project.get("optional-dependencies")).values(), *table(document.get("dependency-groups")).values()]
    for line in (*texts(project.get("dependencies")), *(line for group in groups for line in texts(group))):
        _local(line.partition(" @ ")[2] if " @ " in line else "", path.parent, found)
    for source in table(uv.get("sources")).values():
        for one in tables(source):
            _local(str(one.get("path") or ""), path.parent, found)


def _uv(lock: Path, project: Path, found: Closure) -> None:
    """The packages on this machine that the project reaches in its lock."""
    found.files |= {project, project.with_name("setup.py"), project.with_name("setup.cfg")}
    found.locks[lock] = project
    for package in _reached(read_toml(lock), lock, project):
        folder = _folder(package, lock)
        if folder is not None and folder != project.parent:
            _add(folder, found)


def locked(text: str, lock: Path, project: Path) -> str | None:
    """All that a uv.lock with this text says of the project and of what it reaches; ``None`` where it cannot be read."""
    try:
        packages = _reached(tomllib.loads(text), lock, project)
    except (ValueError, RecursionError):
        return None
    return json.dumps(sorted(json.dumps(package, sort_keys=True, default=str) for package in packages))


def _reached(document: Mapping[str, Any], lock: Path, project: Path) -> list[Mapping[str, Any]]:
    """The packages of the project, and those that they need, directly or through others; of all groups and extras."""
    packages: dict[str, list[Mapping[str, Any]]] = {}
    for package in tables(document.get("package", [])):
        packages.setdefault(canonicalize_name(str(package.get("name"))), []).append(package)
    waiting = [name for name, some in packages.items() if any(_folder(one, lock) == project.parent for one in some)]
    seen = set(waiting)
    while waiting:
        new = {needed for package in packages.get(waiting.pop(), []) for needed in _needed(package)} - seen
        seen |= new
        waiting += new
    return [package for name in sorted(seen) for package in packages.get(name, [])]


def _folder(package: Mapping[str, Any], lock: Path) -> Path | None:
    source = table(package.get("source"))
    place = next((source[kind] for kind in _LOCAL if isinstance(source.get(kind), str)), None)
    return None if place is None else Path(os.path.normpath(lock.parent / place))


def _needed(package: Mapping[str, Any]) -> Iterator[str]:
    further = [*table(package.get("optional-dependencies")).values(), *table(package.get("dev-dependencies")).values()]
    for group in (package.get("dependencies", []), *further):
        yield from (canonicalize_name(str(one.get("name"))) for one in tables(group))


def _poetry(path: Path, found: Closure) -> None:
    for package in tables(read_toml(path).get("package", [])):
        source = table(package.get("source"))
        if source.get("type") in {"directory", "file"}:
            _local(str(source.get("url") or ""), path.parent, found)


def _pipfile(path: Path, found: Closure) -> None:
    for section in read_json(path, fix="write it again with `pipenv lock`").values():
        for package in table(section).values():
            _local(str(table(package).get("path") or table(package).get("file") or ""), path.parent, found)


def _pylock(path: Path, found: Closure) -> None:
    for package in tables(read_toml(path).get("packages", [])):
        files = (package.get("directory"), package.get("archive"), package.get("sdist"), package.get("vcs"))
        for file in (*map(table, files), *tables(package.get("wheels", []))):
            _local(str(file.get("path") or ""), path.parent, found)


def _local(place: str, beside: Path, found: Closure) -> None:
    """A path, or an address that begins with ``file:``; others are not on this machine."""
    if place.startswith("file:"):
        place = unquote(urlsplit(place).path)
    if place and "://" not in place:
        _add(Path(os.path.normpath(beside / place.partition("[")[0].strip())), found)


def _add(path: Path, found: Closure) -> None:
    """A wheel or an archive is a file, everything else a folder; what its pyproject.toml names belongs to it."""
    if path in found.folders or path in found.files:
        return
    if path.suffix in {".whl", ".gz", ".zip", ".tar", ".bz2", ".xz"}:
        found.files.add(path)
        return
    found.folders.add(path)
    if (project := path / "pyproject.toml").is_file():
        try:
            _project(project, found)
        except BuildError:
            return  # The build explains it; the folder counts in any case.
