"""What on this machine a dependency file depends on: the files it includes, and the local packages with all that is in them.

Rather too much than too little: what is not for the target, or in a group that nobody chose, counts as well.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError
from lambda_ci.lock.kinds import Kind, kind_of
from lambda_ci.lock.project import told_in
from lambda_ci.lock.reading import read_bytes, read_json, read_toml, table, tables, texts
from lambda_ci.lock.requirements import included, local_lines, place_of
from lambda_ci.lock.script import metadata
from lambda_ci.lock.uvlock import lock_for
from lambda_ci.lock.workspace import member, root_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LOCAL = ("editable", "virtual", "directory", "path")
"""What uv calls the place of a package on this machine."""


@dataclass
class Closure:
    """Absolute, without ``..``. A folder counts with everything in it. What is named need not be there."""

    environ: Mapping[str, str] = field(repr=False)
    files: set[Path] = field(default_factory=set)
    folders: set[Path] = field(default_factory=set)
    locks: dict[Path, Path] = field(default_factory=dict)
    """Each uv.lock, with the pyproject.toml whose part of it counts (``locked``)."""
    settings: set[Path] = field(default_factory=set)
    """Each pyproject.toml of which only what it tells uv counts (``told``)."""


def closure(requirements: Path, *, environ: Mapping[str, str]) -> Closure:
    """``environ``: what requirements files may refer to. Raises BuildError for a file that cannot be read, or is no dependency file."""
    found = Closure(environ=environ)
    path = Path(os.path.abspath(requirements))  # noqa: PTH100 - without `..`, links kept
    _visit(path, found)
    found.files |= {folder / "uv.toml" for folder in path.parents}
    if not (found.locks or kind_of(path).is_lock):
        found.settings |= {folder / "pyproject.toml" for folder in path.parents} - found.files
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
            if lock := lock_for(path):
                _uv(lock, path, found)
            else:
                found.files |= {gone for folder in path.parents if not (gone := folder / "uv.lock").exists()}
                _project(path, found)
        case Kind.POETRY:
            found.files.add(path.with_name("pyproject.toml"))
            _poetry(path, found)
        case Kind.PIPFILE:
            found.files.add(path.with_name("Pipfile"))
            _pipfile(path, found)
        case Kind.SCRIPT:
            found.files.add(path.with_name(f"{path.name}.lock"))
            script = metadata(read_bytes(path), path)
            _declared(texts(script.get("dependencies")), script, path.parent, found)
        case Kind.REQUIREMENTS:
            _requirements(path, found)


def _requirements(path: Path, found: Closure) -> None:
    for file in included(path, environ=found.environ):
        found.files.add(file)
        for place, beside in local_lines(file, root=path.parent, environ=found.environ):
            _local(place, beside, found)


def _project(path: Path, found: Closure) -> None:
    document = read_toml(path)
    project, poetry = table(document.get("project")), table(table(document.get("tool")).get("poetry"))
    groups = [*table(project.get("optional-dependencies")).values(), *table(document.get("dependency-groups")).values()]
    lines = [line for group in (project.get("dependencies"), *groups) for line in texts(group)]
    found.files |= set(told_in(path.parent))
    _declared(lines, document, path.parent, found)
    for group in (poetry, *table(poetry.get("group")).values()):
        for declared in table(table(group).get("dependencies")).values():
            for one in tables(declared):
                _local(str(one.get("path") or ""), path.parent, found)


def _declared(lines: Sequence[str], document: Mapping[str, Any], beside: Path, found: Closure) -> None:
    """What requirements name themselves, and where uv's ``sources`` say that they are."""
    for line in lines:
        _local(place_of(line), beside, found)
    settings = settings_of(document)
    for place in (
        *texts(settings.get("find-links")),
        *(str(one.get("url")) for one in tables(settings.get("index", []))),
    ):
        _local(place, beside, found)
    root = root_of(beside)
    for name, source, folder in _sources(lines, document, beside, root):
        for one in tables(source):
            _local(str(one.get("path") or ""), folder, found)
            if root and one.get("workspace"):
                found.files.add(root)
                _local(str(member(root, name) or ""), folder, found)


def _sources(
    lines: Sequence[str], document: Mapping[str, Any], beside: Path, root: Path | None
) -> Iterator[tuple[str, object, Path]]:
    """Names, places, and the folder that those are relative to. A member of a workspace has those of the root for what it needs."""
    own = table(settings_of(document).get("sources"))
    yield from ((name, source, beside) for name, source in own.items())
    if root and root.parent != beside:
        needed = {canonicalize_name(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]) for line in lines}
        needed -= set(map(canonicalize_name, own))
        shared = table(settings_of(read_toml(root)).get("sources"))
        yield from ((name, shared[name], root.parent) for name in shared if canonicalize_name(name) in needed)


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


def told(text: str) -> str:
    """What a pyproject.toml with this text tells uv; the text itself where it cannot be read."""
    try:
        return json.dumps(settings_of(tomllib.loads(text)), sort_keys=True, default=str)
    except (ValueError, RecursionError):
        return text


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
    for target in _links_out_of(path):
        (found.folders if target.is_dir() else found.files).add(target)
    if (project := path / "pyproject.toml").is_file():
        try:
            _project(project, found)
        except BuildError:
            return  # The build explains it; the folder counts in any case.


def _links_out_of(folder: Path) -> Iterator[Path]:
    """What symbolic links in a local package stand for: it is built with the content."""
    inside = os.path.realpath(folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(place, name)  # noqa: PTH118 - of many files
            if os.path.islink(path):  # noqa: PTH114
                target = os.path.realpath(path)
                if not target.startswith(inside + os.sep):
                    yield Path(target)
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
