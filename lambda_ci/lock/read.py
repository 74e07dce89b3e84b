"""Every kind of dependency file to a ``Source``. What reads the rarer kinds is imported where it is used: a build must not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.lock.kinds import Kind, kind_of
from lambda_ci.lock.project import read_project
from lambda_ci.lock.requirements import read_requirements
from lambda_ci.lock.selection import Selection, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target


def read(path: Path, *, target: Target, environ: Mapping[str, str], selection: Selection) -> Source:
    """A pyproject.toml or a script that uv.lock locks counts as that lock. Raises BuildError. Not for pylock.toml."""
    match kind_of(path):
        case Kind.UV:
            from lambda_ci.lock.uvlock import read_uv_lock

            return read_uv_lock(path, project=path.with_name("pyproject.toml"), target=target, selection=selection)
        case Kind.POETRY:
            from lambda_ci.lock.poetry import read_poetry_lock

            return read_poetry_lock(path, target=target, selection=selection, environ=environ)
        case Kind.PIPFILE:
            from lambda_ci.lock.pipfile import read_pipfile_lock

            return read_pipfile_lock(path, target=target, selection=selection, environ=environ)
        case Kind.PROJECT:
            from lambda_ci.lock.uvlock import lock_for, read_uv_lock

            if (lock := lock_for(path)) is not None:
                return read_uv_lock(lock, project=path, target=target, selection=selection)
            return read_project(path, target=target, selection=selection)
        case Kind.SCRIPT:
            from lambda_ci.lock.script import read_script
            from lambda_ci.lock.uvlock import read_script_lock

            if (lock := path.with_name(f"{path.name}.lock")).is_file():
                return read_script_lock(lock, script=path, target=target, selection=selection)
            return read_script(path, target=target, selection=selection)
        case _:
            refuse(selection, path, what="a requirements file")
            return read_requirements(path, target=target, environ=environ)
