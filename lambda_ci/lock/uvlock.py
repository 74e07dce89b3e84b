"""uv.lock: what it holds for one project, workspace members and packages from paths included. uv exports it; nothing is resolved."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Demand, Source
from lambda_ci.lock.explain import cause
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.project import arguments, check_python, extras_of, groups_of, is_run
from lambda_ci.lock.reading import read_bytes, read_toml, table, tables
from lambda_ci.lock.script import read_script
from lambda_ci.lock.selection import Selection, check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.model.target import Target

NAME = "uv.lock"
_LOCAL = ("editable", "virtual", "directory")
_METADATA = ("pyproject.toml", "setup.py", "setup.cfg")
_NO_PYTHON = re.compile(r"Python requirement|[Nn]o interpreter|[Pp]ython interpreter|Failed to inspect")
_BROKEN = "write it again with `uv lock`"


def lock_for(project: Path) -> Path | None:
    """The uv.lock that locks the project of a pyproject.toml: beside it, or in the workspace that it is a member of."""
    for folder in (project.absolute().parent, *project.absolute().parent.parents):
        path = folder / NAME
        if path.is_file():
            members = (folder / place for place in _places(read_toml(path, fix=_BROKEN)))
            return path if any(_same(member, project.absolute().parent) for member in members) else None
    return None


def read_uv_lock(path: Path, *, project: Path, target: Target, selection: Selection) -> Source:
    """``project`` is the pyproject.toml to take the dependencies of. Raises BuildError."""
    document, own = read_toml(path, fix=_BROKEN), _project(project, path)
    check(selection, groups=groups_of(own), extras=extras_of(own), path=project)
    check_python(own, path=project, target=target)
    folder = path.absolute().parent
    places = _places(document)
    metadata = [folder / place / name for place in (".", *places) for name in _METADATA]
    return Source(
        path=path,
        base=project.absolute().parent,
        kind=Kind.UV,
        contents=(path.read_bytes(), *_contents(metadata)),
        lines=(str(project.absolute().parent.relative_to(folder)),),
        demands=_demands(document),
        arguments=arguments(selection),
        complete=not any(is_run(folder / place) for place in places),
    )


def read_script_lock(path: Path, *, script: Path, target: Target, selection: Selection) -> Source:
    """The lock that ``uv lock --script`` writes beside a script. Raises BuildError."""
    document = read_toml(path, fix=f"write it again with `uv lock --script {script.name}`")
    source = read_script(script, target=target, selection=selection, has_lock=True)
    contents = (*source.contents, read_bytes(path))
    chosen = ("--script", script.name)
    return replace(source, path=path, kind=Kind.UV, contents=contents, demands=_demands(document), arguments=chosen)


def export(source: Source, *, uv: Uv, console: Console) -> str:
    """The text of the lock. Raises BuildError where it is stale or uv refuses it.

    To compare it with the pyproject.toml uv wants a Python that the project allows; where there is none, it is taken as it is.
    """
    for python in (uv.own_python, ()):
        completed = uv.export(*source.arguments, "--locked", *python, cwd=source.root)
        if completed.returncode == 0:
            return completed.stdout
        if not _NO_PYTHON.search(completed.stderr):
            break
    else:
        console.line(
            f"whether {source.path.name} is up to date was not checked: no Python here that the project allows"
        )
        completed = uv.export(*source.arguments, "--frozen", cwd=source.root)
        if completed.returncode == 0:
            return completed.stdout
    raise _refused(source, completed.stderr)


def _refused(source: Source, stderr: str) -> BuildError:
    command = " ".join(["uv lock", *source.arguments]) if "--script" in source.arguments else "uv lock"
    if "needs to be updated" in stderr:
        return BuildError(
            f"{source.path} is out of date",
            why="what declares the dependencies was changed after it was written",
            fix=f"run `{command}` and commit what it writes",
        )
    return BuildError(
        f"{source.path} cannot be exported",
        why=f"uv says: {without_credentials(cause(stderr))}",
        fix=f"correct it, then run `{command}`",
    )


def _project(project: Path, lock: Path) -> dict[str, Any]:
    if not project.is_file():
        raise BuildError(
            f"{lock} stands alone",
            why=f"uv needs the project's pyproject.toml, and there is no {project}",
            fix="keep both in one folder, or export it: `uv export --format pylock.toml -o pylock.toml`",
        )
    document = read_toml(project)
    if not isinstance(document.get("project"), dict):
        members = ", ".join(f"{place}/pyproject.toml" for place in _places(read_toml(lock)) if place != ".")
        raise BuildError(
            f"{project} is the root of a workspace and no project itself",
            why=f"its members are {members}" if members else "it has no [project] table",
            fix="name the member's pyproject.toml in `requirements`; its versions come from the workspace's uv.lock",
        )
    return document


def _places(document: Mapping[str, Any]) -> list[str]:
    """The folders of the local packages, as the lock has them: relative to its own."""
    sources = [table(package.get("source")) for package in tables(document.get("package", []))]
    return [place for source in sources for kind in _LOCAL if isinstance(place := source.get(kind), str)]


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _contents(files: list[Path]) -> Iterator[bytes]:
    for file in dict.fromkeys(files):
        yield str(file.name).encode()
        yield file.read_bytes() if file.is_file() else b""


def _demands(document: Mapping[str, Any]) -> tuple[Demand, ...]:
    names = [package.get("name") for package in tables(document.get("package", []))]
    return tuple(Demand(name=canonicalize_name(name), pinned=True) for name in names if isinstance(name, str))
