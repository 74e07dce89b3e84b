"""Whatever a lock holds, it is read, or refused with a reason: never anything else."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_ci.errors import BuildError
from lambda_ci.lock.read import read
from lambda_ci.lock.selection import Selection
from lambda_ci.lock.toml import dump_toml
from tests.fakes.building import AL2023

LOCKS = Path(__file__).with_name("locks")
CHOSEN = Selection(groups=("prod",))
VALUES = st.sampled_from([1, True, "", "x", "==", [], [1], ["x"], [[]], {}, {"x": 1}, {"x": []}, [{"x": "y"}]])


def _changed(document: Any, draw: st.DataObject) -> Any:  # noqa: ANN401 - any document
    """The document with one value, somewhere in it, replaced or gone."""
    if draw.draw(st.integers(0, 4)) == 0 or not isinstance(document, dict | list) or not document:
        return draw.draw(VALUES)
    if isinstance(document, list):
        at = draw.draw(st.integers(0, len(document) - 1))
        return [*document[:at], _changed(document[at], draw), *document[at + 1 :]]
    name = draw.draw(st.sampled_from(sorted(document)))
    if draw.draw(st.integers(0, 6)) == 0:
        return {key: value for key, value in document.items() if key != name}
    return {**document, name: _changed(document[name], draw)}


def _read(path: Path) -> None:
    with suppress(BuildError):
        read(path, target=AL2023, environ={}, selection=CHOSEN)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_lock_of_pipenv(tmp_path: Path, data: st.DataObject) -> None:
    document = _changed(json.loads((LOCKS / "pipenv" / "Pipfile.lock").read_text()), data)
    (tmp_path / "Pipfile.lock").write_text(json.dumps(document))
    _read(tmp_path / "Pipfile.lock")


@pytest.mark.parametrize("name", ["poetry-2.1", "poetry-2.0"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_lock_and_project_of_poetry(tmp_path: Path, name: str, data: st.DataObject) -> None:
    lock = tomllib.loads((LOCKS / name / "poetry.lock").read_text())
    project = (LOCKS / name / "pyproject.toml").read_text()
    lock["package"] = [{**package, "files": package["files"][:1]} for package in lock["package"]]
    changed = _changed(lock, data)
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "poetry.lock").write_text(dump_toml(changed if isinstance(changed, dict) else {"x": changed}))
    _read(tmp_path / "poetry.lock")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_project(tmp_path: Path, data: st.DataObject) -> None:
    project = tomllib.loads((LOCKS / "poetry-pep621" / "pyproject.toml").read_text())
    changed = _changed(project, data)
    (tmp_path / "pyproject.toml").write_text(dump_toml(changed if isinstance(changed, dict) else {"x": changed}))
    _read(tmp_path / "pyproject.toml")
