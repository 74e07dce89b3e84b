"""poetry.lock, read without Poetry: formats 1.1 (Poetry 1.0 to 1.4), 2.0 (1.5 to 1.8) and 2.1 (from 2.0)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from packaging.utils import canonicalize_name

from lambda_ci.adapters.url import credentials_of
from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Demand, Pin, Source
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.pin import index_address
from lambda_ci.lock.poetry_graph import applies, walk
from lambda_ci.lock.reading import read_bytes, read_toml, table, tables, texts
from lambda_ci.lock.selection import Selection, check, has

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lambda_ci.lock.demand import Direct
    from lambda_ci.model.target import Target

_AGAIN = "write it again with `poetry lock`"
MAIN = "main"


def read_poetry_lock(path: Path, *, target: Target, selection: Selection, environ: Mapping[str, str]) -> Source:
    """The packages of the group ``main`` and of those that ``selection`` names, for the target.

    ``environ`` may hold credentials of indexes as Poetry takes them (POETRY_HTTP_BASIC_NAME_USERNAME). Raises BuildError.
    """
    document = read_toml(path, fix=_AGAIN)
    version = _version(document, path)
    beside = path.with_name("pyproject.toml")
    project = read_toml(beside) if beside.is_file() else {}
    _check_fresh(document, project, path)
    packages = tables(document.get("package", []))
    check(selection, groups=_groups(packages, project), extras=table(document.get("extras")), path=path)
    if version >= (2, 1):
        chosen = [package for package in packages if _is_chosen(package, target=target, selection=selection)]
    else:
        chosen = walk(document, project, target=target, selection=selection, path=path)
    _check_single(chosen, path, target)
    pins = tuple(_pin(package, document, path=path, environ=environ) for package in chosen)
    return Source(
        path=path,
        kind=Kind.POETRY,
        contents=(read_bytes(path), read_bytes(beside) if project else b""),
        lines=(),
        demands=tuple(Demand(name=pin.name, pinned=True, hashes=pin.hashes) for pin in pins),
        arguments=(*selection.groups, "with extras", *selection.extras),
        packages=pins,
    )


def _version(document: Mapping[str, Any], path: Path) -> tuple[int, ...]:
    text = table(document.get("metadata")).get("lock-version")
    parts = str(text or "").split(".")
    if not all(part.isdigit() for part in parts):
        raise BuildError(f"{path} is not a lock of Poetry", why="it has no metadata.lock-version", fix=_AGAIN)
    version = tuple(map(int, parts))
    if not (1, 1) <= version < (3,):
        raise BuildError(
            f"{path} has the lock version {text}, which is not known here", why="known are 1.1 to 2.1", fix=_AGAIN
        )
    return version


def _check_fresh(document: Mapping[str, Any], project: Mapping[str, Any], path: Path) -> None:
    locked = table(document.get("metadata")).get("content-hash")
    if project and locked not in list(_content_hashes(project)):
        raise BuildError(
            f"{path} is out of date",
            why="pyproject.toml was changed after it was written (its content-hash is another one)",
            fix="run `poetry lock` and commit what it writes",
        )


def _content_hashes(project: Mapping[str, Any]) -> Iterator[str]:
    """As Poetry makes it (poetry/packages/locker.py); before 2.2 it did not look at dependency groups."""
    declared = table(project.get("project"))
    keys = ("requires-python", "dependencies", "optional-dependencies")
    own = {key: declared[key] for key in keys if declared.get(key) is not None}
    groups = project.get("dependency-groups")
    for counted in (groups, None):
        poetry = _poetry_content(table(table(project.get("tool")).get("poetry")), legacy=not (own or counted))
        content: dict[str, object] = {"project": own} if own else {}
        content |= {"dependency-groups": counted} if counted else {}
        relevant = content | {"tool": {"poetry": poetry}} if content else poetry
        yield hashlib.sha256(json.dumps(relevant, sort_keys=True, default=str).encode()).hexdigest()


def _poetry_content(poetry: Mapping[str, Any], *, legacy: bool) -> dict[str, object]:
    always = ("dependencies", "source", "extras", "dev-dependencies")
    return {
        key: poetry.get(key) for key in (*always, "group") if poetry.get(key) is not None or (legacy and key in always)
    }


def _groups(packages: Sequence[Mapping[str, Any]], project: Mapping[str, Any]) -> frozenset[str]:
    poetry = table(table(project.get("tool")).get("poetry"))
    named = {group for package in packages for group in texts(package.get("groups"))}
    older = {"dev"} if "dev-dependencies" in poetry else set()
    return frozenset({MAIN, *named, *older, *table(poetry.get("group")), *table(project.get("dependency-groups"))})


def _is_chosen(package: Mapping[str, Any], *, target: Target, selection: Selection) -> bool:
    markers = package.get("markers", "")
    for group in texts(package.get("groups")) or (MAIN,):
        marker = markers.get(group, "") if isinstance(markers, dict) else str(markers)
        if has((MAIN, *selection.groups), group) and applies(marker, target, extras=selection.extras):
            return True
    return False


def _check_single(packages: Sequence[Mapping[str, Any]], path: Path, target: Target) -> None:
    versions: dict[str, str] = {}
    for package in packages:
        name, version = str(package.get("name")), str(package.get("version"))
        if versions.setdefault(name, version) != version:
            raise BuildError(
                f"{path} has two versions of {name} for {target}: {versions[name]} and {version}",
                why="the markers of both hold there",
                fix="make the markers in pyproject.toml exclude each other, then run `poetry lock`",
            )


def _pin(package: Mapping[str, Any], document: Mapping[str, Any], *, path: Path, environ: Mapping[str, str]) -> Pin:
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        raise BuildError(f"{path} has a package without name or version", fix=_AGAIN)
    older = table(table(document.get("metadata")).get("files")).get(name, [])
    files = tables(package.get("files", older))
    source = table(package.get("source"))
    direct = _direct(package, source, files, path=path)
    return Pin(
        name=canonicalize_name(name),
        version=version,
        hashes=frozenset(str(file.get("hash", "")).lower() for file in files),
        filenames=tuple(str(file.get("file", "")) for file in files),
        index="" if direct else _index(source, environ),
        direct=direct,
    )


def _direct(
    package: Mapping[str, Any], source: Mapping[str, Any], files: Sequence[Mapping[str, Any]], *, path: Path
) -> Direct | None:
    from packaging.pylock import PackageArchive, PackageDirectory, PackageVcs

    place, subdirectory = str(source.get("url", "")), source.get("subdirectory")
    match source.get("type"):
        case None | "legacy":
            return None
        case "git":
            commit = str(source.get("resolved_reference", ""))
            revision = str(source.get("reference", "")) or None
            return PackageVcs(
                type="git", url=place, requested_revision=revision, commit_id=commit, subdirectory=subdirectory
            )
        case "directory":
            return PackageDirectory(path=place, editable=True if package.get("develop") else None)
        case "file":
            return PackageArchive(path=place, hashes=_hashes(files))
        case "url":
            return PackageArchive(url=place, hashes=_hashes(files), subdirectory=subdirectory)
        case other:
            raise BuildError(f"{path}: the source of {package['name']} is a {other!r}, which is not known", fix=_AGAIN)


def _hashes(files: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    pairs = (str(file.get("hash", "")).lower().partition(":") for file in files)
    return {algorithm: value for algorithm, _, value in pairs}


def _index(source: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """With the credentials that Poetry's own variables give for it."""
    url, reference = str(source.get("url", "")), str(source.get("reference", ""))
    name = reference.upper().replace("-", "_").replace(".", "_")
    user = environ.get(f"POETRY_HTTP_BASIC_{name}_USERNAME", "")
    password = environ.get(f"POETRY_HTTP_BASIC_{name}_PASSWORD", "")
    if (user or password) and credentials_of(url) is None and "://" in url:
        scheme, _, rest = url.partition("://")
        return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"
    return index_address(url, name=reference, environ=environ)
