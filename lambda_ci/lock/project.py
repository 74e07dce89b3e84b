"""The dependencies of a pyproject.toml: ``project.dependencies``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.demand import Source, demand

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.target import Target


def read_project(path: Path, *, target: Target) -> Source:
    """Raises BuildError for what is no project, has dynamic dependencies or does not want the target's Python."""
    content, project = _project(path)
    if "dependencies" in _texts(project.get("dynamic")):
        raise BuildError(
            f"the dependencies of {path} are dynamic",
            why="they are known only after running the project's build backend",
            fix="write them to project.dependencies, or give a requirements.txt or a pylock.toml",
        )
    _check_python(project, path=path, target=target)
    lines = _texts(project.get("dependencies"))
    demands = tuple(found for line in lines if (found := demand(line, target=target)))
    return Source(path=path, contents=(content,), lines=lines, demands=demands)


def _project(path: Path) -> tuple[bytes, dict[str, object]]:
    try:
        content = path.read_bytes()
        document = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise BuildError(f"cannot read {path}", why=error.strerror or str(error), fix="correct the path") from error
    except (ValueError, RecursionError) as error:
        raise BuildError(f"{path} is not valid TOML", why=str(error), fix="correct it") from error
    project = document.get("project")
    if not isinstance(project, dict):
        raise BuildError(
            f"{path} declares no project",
            why="it has no [project] table (PEP 621), where project.dependencies would be",
            fix="add one, or give a requirements.txt or a pylock.toml",
        )
    return content, project


def _check_python(project: dict[str, object], *, path: Path, target: Target) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    wanted = project.get("requires-python")
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


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
