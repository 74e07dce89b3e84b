"""The dependencies of a pyproject.toml: ``project.dependencies``, extras, and dependency groups (PEP 621, PEP 735)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Source, demand
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.reading import read_bytes, read_toml, table, texts
from lambda_ci.lock.selection import DEFAULT, Selection, check, has

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.model.target import Target

_LONGEST_NAME = 200


def read_project(path: Path, *, target: Target, selection: Selection = DEFAULT) -> Source:
    """Raises BuildError for what declares no dependencies at all and for what does not want the target's Python.

    Dynamic dependencies are uv's matter: it asks the project's build backend.
    """
    document = read_toml(path)
    project = document.get("project")
    if not isinstance(project, dict) and not selection.groups:
        raise _no_project(path)
    check(selection, groups=groups_of(document), extras=extras_of(document), path=path)
    check_python(document, path=path, target=target)
    lines = tuple(_lines(document, selection))
    return Source(
        path=path,
        kind=Kind.PROJECT,
        contents=(read_bytes(path), *map(read_bytes, told_in(path.parent))),
        lines=lines,
        demands=tuple(found for line in lines if (found := demand(line, target=target))),
        files=(path.name,) if isinstance(project, dict) else (),
        arguments=(*arguments(selection), *_refreshed(document)),
        complete=not is_dynamic(document),
    )


def arguments(selection: Selection) -> tuple[str, ...]:
    """The selection as uv takes it."""
    groups = [word for name in selection.groups for word in ("--group", name)]
    extras = [word for name in selection.extras for word in ("--extra", name)]
    return (*groups, *extras)


def groups_of(document: Mapping[str, Any]) -> frozenset[str]:
    """The names of a pyproject.toml's dependency groups, uv's older ``dev-dependencies`` among them."""
    older = {"dev"} if "dev-dependencies" in table(table(document.get("tool")).get("uv")) else set()
    return frozenset(table(document.get("dependency-groups"))) | older


def extras_of(document: Mapping[str, Any]) -> frozenset[str] | None:
    """The names of a pyproject.toml's extras; ``None`` where only the build backend knows them."""
    project = table(document.get("project"))
    if "optional-dependencies" in texts(project.get("dynamic")):
        return None
    return frozenset(table(project.get("optional-dependencies")))


def is_dynamic(document: Mapping[str, Any]) -> bool:
    """Whether only the build backend knows what the project needs."""
    dynamic = texts(table(document.get("project")).get("dynamic"))
    return bool({"dependencies", "optional-dependencies"} & set(dynamic))


def is_run(folder: Path) -> bool:
    """Whether the package in a folder tells what it needs only when its build backend is run."""
    path = folder / "pyproject.toml"
    document = read_toml(path) if path.is_file() else {}
    return "project" not in document or is_dynamic(document)


def told_in(folder: Path) -> tuple[Path, ...]:
    """Where the package in a folder may say what it needs, beside its pyproject.toml, setup.py and setup.cfg: files that the
    pyproject.toml names for its build backend, and those named like requirements. None where the pyproject.toml says it all."""
    if not is_run(folder):
        return ()
    path = folder / "pyproject.toml"
    named = _texts_in(read_toml(path).get("tool")) if path.is_file() else ()
    like = (one.name for pattern in ("*requirements*.txt", "*.in") for one in folder.glob(pattern))
    return tuple(file for name in sorted({*named, *like}) if (file := folder / name).is_file())


def _texts_in(value: object) -> Iterator[str]:
    """What may be the name of a file."""
    if isinstance(value, str):
        if len(value.encode()) <= _LONGEST_NAME and not value.startswith("/") and "\0" not in value:
            yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(one)


def check_python(document: Mapping[str, Any], *, path: Path, target: Target) -> None:
    """Raises BuildError where requires-python excludes the target's."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    wanted = table(document.get("project")).get("requires-python")
    try:
        specifiers = SpecifierSet(wanted) if isinstance(wanted, str) else SpecifierSet()
    except InvalidSpecifier:
        return
    newest_patch = f"{target.python_version}.999"
    if not specifiers.contains(newest_patch) and not specifiers.contains(f"{target.python_version}.0"):
        raise BuildError(
            f"{path} does not allow {target.runtime}",
            why=f"its requires-python is {wanted!r}",
            fix="choose a runtime it allows, or change requires-python",
        )


def _no_project(path: Path) -> BuildError:
    return BuildError(
        f"{path} declares no project",
        why="it has no [project] table (PEP 621), where project.dependencies would be",
        fix="add one, choose dependency groups with `groups`, or name another file in `requirements`, a poetry.lock for instance",
    )


def _refreshed(document: Mapping[str, Any]) -> tuple[str, ...]:
    """uv remembers what a project needs that does not say it, and would not notice most changes."""
    name = table(document.get("project")).get("name")
    return ("--refresh-package", name) if is_dynamic(document) and isinstance(name, str) else ()


def _lines(document: Mapping[str, Any], selection: Selection) -> Iterator[str]:
    project = table(document.get("project"))
    yield from texts(project.get("dependencies"))
    for name, lines in table(project.get("optional-dependencies")).items():
        if has(selection.extras, name):
            yield from texts(lines)
    yield from _group_lines(document, selection)


def _group_lines(document: Mapping[str, Any], selection: Selection) -> tuple[str, ...]:
    from packaging.dependency_groups import resolve_dependency_groups

    declared = table(document.get("dependency-groups"))
    chosen = [name for name in selection.groups if has(declared, name)]
    try:
        return resolve_dependency_groups(declared, *chosen)
    except (ExceptionGroup, ValueError, TypeError, LookupError):
        return ()
