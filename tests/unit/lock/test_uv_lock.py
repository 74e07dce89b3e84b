"""uv.lock as uv itself writes it, from an index on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters import process
from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.selection import Selection
from lambda_ci.model.target import Architecture, Target
from tests.fakes.building import LockBench
from tests.fakes.index import Index, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"
dependencies = ["demo", "lib"]
[project.optional-dependencies]
s3 = ["store==1.0"]
[dependency-groups]
dev = ["tests"]
prod = ["metrics"]
[tool.uv.workspace]
members = ["lib", "functions/*"]
[tool.uv.sources]
lib = { workspace = true }
"""
LIB = """
[project]
name = "lib"
version = "1"
requires-python = ">=3.11"
dependencies = ["deep"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""
FUNCTION = """
[project]
name = "orders"
version = "1"
requires-python = ">=3.11"
dependencies = ["lib"]
[tool.uv.sources]
lib = { workspace = true }
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        for name in ("demo", "deep", "store", "tests", "metrics"):
            index.add(f"{name}-1.0-py3-none-any.whl", wheel(name, "1.0"))
        bench = LockBench(folder=tmp_path, index=index, extra={})
        bench.write("pyproject.toml", PROJECT)
        bench.write("lib/pyproject.toml", LIB)
        bench.write("functions/orders/pyproject.toml", FUNCTION)
        _uv(bench, "lock")
        yield bench


def _uv(bench: LockBench, *arguments: str) -> None:
    uv = Uv(bench.environ)
    command = [str(uv.program), *arguments, *uv.own_python]
    done = process.run(command, env=bench.environ, cwd=bench.project, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_project_gets_its_own_dependencies_workspace_members_and_no_development_group(bench: LockBench) -> None:
    locked = bench.lock(None, name="uv.lock")
    assert locked.pylock
    found = {str(package.name): package for package in locked.pylock.packages}
    assert found.keys() == {"demo", "deep", "lib"}
    assert found["lib"].directory
    assert found["lib"].directory.path == "lib"
    assert (locked.pinned, locked.origin, locked.root, bench.shown) == (True, "uv.lock", bench.project, "")


def test_groups_and_extras_are_chosen_by_name(bench: LockBench) -> None:
    chosen = Selection(groups=("prod",), extras=("s3",))
    assert bench.versions(None, name="uv.lock", selection=chosen).keys() == {"demo", "deep", "lib", "store", "metrics"}
    assert "tests" in bench.versions(None, name="uv.lock", selection=Selection(groups=("dev",)))


@pytest.mark.parametrize(
    ("selection", "words", "why"),
    [
        (Selection(groups=("nope",)), "no group 'nope'", "it has dev, prod"),
        (Selection(extras=("s4",)), "no extra 's4'", "it has s3"),
    ],
)
def test_an_unknown_name_is_refused(bench: LockBench, selection: Selection, words: str, why: str) -> None:
    with pytest.raises(BuildError, match=words) as caught:
        bench.lock(None, name="uv.lock", selection=selection)
    assert caught.value.why == why


def test_a_member_is_locked_by_the_lock_of_its_workspace(bench: LockBench) -> None:
    locked = bench.lock(None, name="functions/orders/pyproject.toml")
    assert locked.pylock
    (deep, lib) = locked.pylock.packages
    assert (deep.name, lib.name) == ("deep", "lib")
    assert lib.directory
    assert (locked.root / lib.directory.path).resolve() == bench.project / "lib"
    assert locked.origin == "../../uv.lock"


def test_a_project_below_that_is_no_member_is_on_its_own(bench: LockBench) -> None:
    bench.write("other/pyproject.toml", '[project]\nname = "other"\nversion = "1"\ndependencies = ["demo"]\n')
    locked = bench.lock(None, name="other/pyproject.toml")
    assert (locked.pinned, locked.origin) == (False, "pyproject.toml, resolved by uv")


def test_a_second_build_does_not_start_uv(bench: LockBench) -> None:
    first = bench.lock(None, name="uv.lock")
    bench.extra["UV_CACHE_DIR"] = "/dev/null/uv-would-fail"
    assert bench.lock(None, name="uv.lock").pylock == first.pylock


@pytest.mark.parametrize("name", ["pyproject.toml", "lib/pyproject.toml", "functions/orders/pyproject.toml"])
def test_a_changed_project_or_member_makes_the_lock_stale_also_when_it_was_cached(bench: LockBench, name: str) -> None:
    bench.lock(None, name="uv.lock")
    path = bench.project / name
    path.write_text(path.read_text().replace("dependencies = [", 'dependencies = ["metrics", ', 1))
    with pytest.raises(BuildError, match="out of date") as caught:
        bench.lock(None, name="uv.lock")
    assert "`uv lock`" in caught.value.fix


def test_a_project_for_a_python_that_is_not_here_is_taken_without_that_check(bench: LockBench) -> None:
    later = f"3.{sys.version_info.minor + 1}"
    for path in (bench.project / "uv.lock", *bench.project.rglob("pyproject.toml")):
        path.write_text(path.read_text().replace(">=3.11", f">={later}"))
    bench.extra["PATH"] = "/nowhere"
    assert bench.versions(None, Target(f"python{later}", Architecture.X86_64), name="uv.lock").keys() >= {"demo", "lib"}
    assert "was not checked" in bench.shown


def test_a_project_that_does_not_allow_the_runtime_is_refused(bench: LockBench) -> None:
    for path in bench.project.rglob("pyproject.toml"):
        path.write_text(path.read_text().replace(">=3.11", ">=3.99"))
    lock = bench.project / "uv.lock"
    lock.write_text(lock.read_text().replace(">=3.11", ">=3.99"))
    with pytest.raises(BuildError, match=r"does not allow python3\.12"):
        bench.lock(None, name="uv.lock")


@pytest.mark.parametrize("size", [0, 10, 500, 1500])
def test_a_truncated_lock_is_an_error(bench: LockBench, size: int) -> None:
    lock = bench.project / "uv.lock"
    lock.write_text(lock.read_text()[:size])
    with pytest.raises(BuildError):
        bench.lock(None, name="uv.lock")


def test_a_lock_of_a_later_uv_is_an_error(bench: LockBench) -> None:
    lock = bench.project / "uv.lock"
    lock.write_text(lock.read_text().replace("version = 1\n", "version = 9\n", 1))
    with pytest.raises(BuildError, match="cannot be exported") as caught:
        bench.lock(None, name="uv.lock")
    assert "uv says" in caught.value.why


def test_a_lock_without_its_project_is_an_error(bench: LockBench) -> None:
    (bench.project / "pyproject.toml").unlink()
    with pytest.raises(BuildError, match="stands alone"):
        bench.lock(None, name="uv.lock")


def test_the_root_of_a_workspace_that_is_no_project_names_its_members(bench: LockBench) -> None:
    (bench.project / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["lib"]\n')
    with pytest.raises(BuildError, match="root of a workspace") as caught:
        bench.lock(None, name="uv.lock")
    assert "lib/pyproject.toml" in caught.value.why


def test_dynamic_dependencies_are_asked_for_in_every_build(bench: LockBench) -> None:
    bench.lock(None, name="uv.lock")
    assert bench.kept == 1
    lib = bench.project / "lib" / "pyproject.toml"
    lib.write_text(lib.read_text().replace('dependencies = ["deep"]', 'dynamic = ["dependencies"]'))
    with pytest.raises(BuildError):
        bench.lock(None, name="uv.lock")
    assert bench.kept == 1


def test_a_script_with_a_lock_of_its_own_takes_that(bench: LockBench) -> None:
    text = "# /// script\n# requires-python = '>=3.11'\n# dependencies = ['demo']\n"
    text += "# [tool.uv.sources]\n# other = { path = 'other' }\n# ///\n"
    script = bench.write("app.py", text)
    _uv(bench, "lock", "--script", "app.py")
    locked = bench.lock(None, name="app.py")
    assert (locked.pinned, locked.origin) == (True, "app.py.lock")
    script.write_text(text.replace("'demo'", "'demo', 'deep'"))
    with pytest.raises(BuildError, match="out of date") as caught:
        bench.lock(None, name="app.py")
    assert "`uv lock --script app.py`" in caught.value.fix
