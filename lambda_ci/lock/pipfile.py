"""Pipfile.lock, read without Pipenv."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Demand, Pin, Source
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.pin import index_address
from lambda_ci.lock.poetry_graph import applies
from lambda_ci.lock.reading import read_bytes, read_json, read_toml, table, tables, texts
from lambda_ci.lock.selection import Selection, check, has

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.lock.demand import Direct
    from lambda_ci.model.target import Target

_AGAIN = "write it again with `pipenv lock`"
_MARKERS = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)
"""Keys of a requirement in a Pipfile (pipenv.pypa.io, "Specifying Basically Anything")."""
_NOT_GROUPS = frozenset({"_meta", "default"})
_NOT_CATEGORIES = frozenset({
    "source",
    "packages",
    "dev-packages",
    "requires",
    "scripts",
    "default",
    "develop",
    "pipenv",
})


def read_pipfile_lock(path: Path, *, target: Target, selection: Selection, environ: Mapping[str, str]) -> Source:
    """The packages of ``default`` and of the groups (``develop``, or a category's name) that ``selection`` names, for the target.

    ``environ`` holds the variables that addresses of indexes may name. Raises BuildError.
    """
    document = read_json(path, fix=_AGAIN)
    meta = table(document.get("_meta"))
    if meta.get("pipfile-spec") != 6 or not isinstance(document.get("default"), dict):
        raise BuildError(
            f"{path} is not a Pipfile.lock that is known here", why="its _meta.pipfile-spec is not 6", fix=_AGAIN
        )
    check(selection, groups=document.keys() - _NOT_GROUPS, extras=(), path=path)
    pipfile = path.with_name("Pipfile")
    _check_fresh(meta, pipfile, path)
    pins = tuple(_pins(document, path=path, target=target, selection=selection, environ=environ))
    return Source(
        path=path,
        kind=Kind.PIPFILE,
        contents=(read_bytes(path), read_bytes(pipfile) if pipfile.is_file() else b""),
        lines=(),
        demands=tuple(Demand(name=pin.name, pinned=True, hashes=pin.hashes) for pin in pins),
        arguments=selection.groups,
        packages=pins,
    )


def _check_fresh(meta: Mapping[str, Any], pipfile: Path, path: Path) -> None:
    """As Pipenv does before ``install --deploy`` (plette/pipfiles.py). Where the Pipfile names no source, its default stands in the lock."""
    if not pipfile.is_file():
        return
    declared = read_toml(pipfile)
    content = {
        "_meta": {"sources": declared.get("source", meta.get("sources")), "requires": declared.get("requires", {})},
        "default": declared.get("packages", {}),
        "develop": declared.get("dev-packages", {}),
        **{name: value for name, value in declared.items() if name not in _NOT_CATEGORIES},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    if table(meta.get("hash")).get("sha256") != hashlib.sha256(text.encode()).hexdigest():
        raise BuildError(
            f"{path} is out of date",
            why="Pipfile was changed after it was written (its hash is another one)",
            fix="run `pipenv lock` and commit what it writes",
        )


def _pins(
    document: Mapping[str, Any], *, path: Path, target: Target, selection: Selection, environ: Mapping[str, str]
) -> Iterator[Pin]:
    sources = {str(source.get("name")): source for source in tables(table(document["_meta"]).get("sources", []))}
    first = next(iter(sources.values()), {})
    pipfile = path.with_name("Pipfile")
    declared = read_toml(pipfile) if pipfile.is_file() else {}
    taken: dict[str, Pin] = {}
    for group, packages in document.items():
        if group == "_meta" or not (group == "default" or has(selection.groups, group)):
            continue
        for name, entry in table(packages).items():
            marker = str(table(entry).get("markers", "")) or _forgotten(table(entry), name, group, declared)
            if not applies(marker, target):
                continue
            source = sources.get(str(table(entry).get("index")), first)
            pin = _pin(name, table(entry), index=_address(source, environ), path=path)
            if taken.setdefault(pin.name, pin) != pin:
                raise _conflict(taken[pin.name], pin, path)
    yield from taken.values()


def _forgotten(entry: Mapping[str, Any], name: str, group: str, pipfile: Mapping[str, Any]) -> str:
    """The marker that the Pipfile gives for what was not for the machine that locked: Pipenv locks it as ``*``, without marker and
    hashes."""
    if entry.get("version", "*") != "*" or _direct(entry):
        return ""
    section = {"default": "packages", "develop": "dev-packages"}.get(group, group)
    wanted = {canonicalize_name(key): table(value) for key, value in table(pipfile.get(section)).items()}
    options = wanted.get(canonicalize_name(name), {})
    parts = [f"{key} {options[key]}" for key in _MARKERS if key in options] + [*texts([options.get("markers")])]
    return " and ".join(f"({part})" for part in parts)


def _pin(name: str, entry: Mapping[str, Any], *, index: str, path: Path) -> Pin:
    direct, version = _direct(entry), str(entry.get("version", ""))
    if direct is None and not version.startswith("=="):
        raise BuildError(f"{path} names no version of {name}", why=f"it has {version or 'none'}", fix=_AGAIN)
    hashes = frozenset(one.lower() for one in texts(entry.get("hashes")))
    return Pin(
        name=canonicalize_name(name),
        version=version.lstrip("="),
        hashes=frozenset() if direct else hashes,
        index="" if direct else index,
        direct=direct,
    )


def _direct(entry: Mapping[str, Any]) -> Direct | None:
    from packaging.pylock import PackageArchive, PackageDirectory, PackageVcs

    place = str(entry.get("path") or entry.get("file") or "")
    if "git" in entry:
        subdirectory = entry.get("subdirectory")
        return PackageVcs(
            type="git", url=str(entry["git"]), commit_id=str(entry.get("ref", "")), subdirectory=subdirectory
        )
    if not place:
        return None
    pairs = (one.lower().partition(":") for one in texts(entry.get("hashes")))
    hashes = {algorithm: value for algorithm, _, value in pairs}
    if place.startswith(("http://", "https://")):
        return PackageArchive(url=place.partition("#")[0], hashes=hashes)
    if place.endswith((".whl", ".tar.gz", ".zip")):
        return PackageArchive(path=place, hashes=hashes)
    return PackageDirectory(path=place, editable=True if entry.get("editable") else None)


def _address(source: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    url = re.sub(
        r"\$\{([A-Za-z0-9_]+)\}|\$([A-Za-z0-9_]+)",
        lambda found: environ.get(found[1] or found[2], found[0]),
        str(source.get("url", "")),
    )
    return index_address(url, name=str(source.get("name", "")), environ=environ)


def _conflict(one: Pin, other: Pin, path: Path) -> BuildError:
    return BuildError(
        f"{path} has two versions of {one.name}: {one.version} and {other.version}",
        why="the groups that were chosen do not agree",
        fix="lock them together (`pipenv lock`), or choose other groups",
    )
