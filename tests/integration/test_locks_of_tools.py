"""Locks that real uv, Poetry and Pipenv wrote, against the package index that this machine is configured for."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters import process
from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.lock.selection import DEFAULT, Selection
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Lock

pytestmark = pytest.mark.network

LOCKS = Path(__file__).parents[1] / "unit" / "lock" / "locks"
AL2 = Target("python3.11", Architecture.X86_64)
ARM = Target("python3.13", Architecture.ARM64)
CHOSEN = Selection(groups=("prod",), extras=("s3",))
OWN = {"certifi", "charset-normalizer", "idna", "pysocks", "requests", "urllib3"}


def _lock(path: Path, cache: Path, target: Target = AL2, selection: Selection = DEFAULT) -> Lock:
    console, _ = quiet()
    uv = Uv(dict(os.environ))
    return lock(path, target, Resolver(uv=uv, cache_dir=cache, console=console), selection=selection)


def _fetched(locked: Lock, cache: Path) -> dict[str, str]:
    console, _ = quiet()
    (wheels,) = fetch([locked], Depot.of(cache, console=console, environ=os.environ))
    return {wheel.name: wheel.version for wheel in wheels}


@pytest.mark.parametrize("name", ["poetry-2.1", "poetry-2.0", "poetry-pep621"])
@pytest.mark.parametrize("target", [AL2, ARM], ids=str)
def test_a_lock_of_poetry_becomes_wheels(tmp_path: Path, name: str, target: Target) -> None:
    shutil.copytree(LOCKS / name, tmp_path / "p")
    path = tmp_path / "p" / "poetry.lock"
    path.write_text(re.sub(r"\[package\.source\]\n(.+\n)+", "", path.read_text()))  # The index of this machine instead.
    assert _fetched(_lock(path, tmp_path, target), tmp_path).keys() == OWN
    more = _fetched(_lock(path, tmp_path, target, CHOSEN), tmp_path)
    assert more.items() >= {"attrs": "24.2.0", "six": "1.16.0"}.items()


def test_a_lock_of_pipenv_becomes_wheels(tmp_path: Path) -> None:
    shutil.copytree(LOCKS / "pipenv", tmp_path / "p")
    path = tmp_path / "p" / "Pipfile.lock"
    document = json.loads(path.read_text())
    document["_meta"]["sources"] = []  # The index of this machine instead.
    path.write_text(json.dumps(document))
    locked = _lock(path, tmp_path, selection=Selection(groups=("prod",)))
    assert _fetched(locked, tmp_path) == {"idna": "3.7", "attrs": "24.2.0"}


def test_a_workspace_of_uv_becomes_wheels_and_folders(tmp_path: Path) -> None:
    root = tmp_path / "w"
    for folder, needs in ((".", '"lib", "idna==3.7"'), ("lib", '"certifi"'), ("fn", '"lib", "charset-normalizer"')):
        (root / folder).mkdir(parents=True, exist_ok=True)
        name = folder if folder != "." else "root"
        text = f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [{needs}]\n'
        sources = "" if folder == "lib" else "[tool.uv.sources]\nlib = {workspace = true}\n"
        members = '[tool.uv.workspace]\nmembers = ["lib", "fn"]\n' if folder == "." else ""
        (root / folder / "pyproject.toml").write_text(text + sources + members)
    uv = Uv(dict(os.environ))
    command = [str(uv.program), "lock", *uv.own_python]
    assert process.run(command, env=os.environ, cwd=root, timeout=600).returncode == 0
    names = {}
    for path in (root / "uv.lock", root / "fn" / "pyproject.toml"):
        pylock = _lock(path, tmp_path).pylock
        assert pylock
        names[path.parent.name] = {str(package.name) for package in pylock.packages}
    assert names["w"] == {"lib", "idna", "certifi"}
    assert names["fn"] == {"lib", "certifi", "charset-normalizer"}
