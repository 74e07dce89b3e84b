"""Groups and extras of a pyproject.toml and of a pylock.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.selection import Selection
from tests.fakes.building import LockBench
from tests.fakes.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT = """
[project]
name = "shop"
version = "1"
dependencies = ["demo==1.0"]
[project.optional-dependencies]
s3 = ["store==1.0"]
[dependency-groups]
dev = ["nosuch"]
prod = ["metrics==1.0", {include-group = "base"}]
base = ["deep==1.0"]
"""
PYLOCK = """
lock-version = "1.0"
created-by = "x"
extras = ["s3"]
dependency-groups = ["prod", "dev", "main"]
default-groups = ["main"]
[[packages]]
name = "always"
[packages.directory]
path = "a"
[[packages]]
name = "own"
marker = "'main' in dependency_groups"
[packages.directory]
path = "b"
[[packages]]
name = "metrics"
marker = "'prod' in dependency_groups"
[packages.directory]
path = "c"
[[packages]]
name = "store"
marker = "'s3' in extras and python_version >= '3.12'"
[packages.directory]
path = "d"
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        for name in ("demo", "deep", "store", "metrics"):
            index.add(f"{name}-1.0-py3-none-any.whl")
        yield LockBench(folder=tmp_path, index=index, extra={})


def test_a_project_gets_the_groups_and_extras_that_are_chosen_and_no_others(bench: LockBench) -> None:
    assert bench.versions(PROJECT, name="pyproject.toml").keys() == {"demo"}
    chosen = Selection(groups=("prod",), extras=("S3",))
    assert bench.versions(PROJECT, name="pyproject.toml", selection=chosen).keys() == {
        "demo",
        "store",
        "metrics",
        "deep",
    }
    assert bench.shown == ""
    assert bench.kept == 2


def test_a_file_of_groups_only_needs_no_project(bench: LockBench) -> None:
    text = '[dependency-groups]\norders = ["demo==1.0"]\n'
    assert bench.versions(text, name="pyproject.toml", selection=Selection(groups=("orders",))) == {"demo": "1.0"}


def test_a_group_in_circles_is_an_error(bench: LockBench) -> None:
    text = f'{PROJECT}circle = [{{include-group = "circle"}}]\n'
    with pytest.raises(BuildError) as caught:
        bench.lock(text, name="pyproject.toml", selection=Selection(groups=("circle",)))
    assert "cycle" in caught.value.why.lower()


def test_an_unknown_name_is_refused_with_those_that_there_are(bench: LockBench) -> None:
    with pytest.raises(BuildError, match="no group 'prd'") as caught:
        bench.lock(PROJECT, name="pyproject.toml", selection=Selection(groups=("prd",)))
    assert (caught.value.why, caught.value.fix) == ("it has base, dev, prod", "did you mean 'prod'?")
    with pytest.raises(BuildError, match="no extra 'x'"):
        bench.lock(PROJECT, name="pyproject.toml", selection=Selection(extras=("x",)))


def test_requirements_files_have_neither(bench: LockBench) -> None:
    with pytest.raises(BuildError, match=r"requirements\.txt has no group 'prod'"):
        bench.lock("demo\n", selection=Selection(groups=("prod",)))


def test_dynamic_dependencies_are_asked_of_the_project(bench: LockBench) -> None:
    bench.building = True
    text = '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies"]\n[build-system]\nrequires = []\n'
    bench.write("backend.py", BACKEND)
    text += 'build-backend = "backend"\nbackend-path = ["."]\n'
    assert bench.versions(text, name="pyproject.toml") == {"demo": "1.0"}
    assert bench.kept == 0
    bench.write("backend.py", BACKEND.replace("demo", "metrics"))
    assert bench.versions(text, name="pyproject.toml") == {"metrics": "1.0"}
    bench.write("backend.py", "raise SystemExit('the backend is broken')\n")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        bench.lock(text, name="pyproject.toml")
    assert "the backend is broken" in caught.value.why


def test_dynamic_extras_are_asked_of_the_project(bench: LockBench) -> None:
    bench.building = True
    text = '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies", "optional-dependencies"]\n'
    text += '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    extra = "Provides-Extra: s3\\nRequires-Dist: store==1.0 ; extra == 's3'\\n"
    bench.write("backend.py", BACKEND.replace("demo==1.0\\n", f"demo==1.0\\n{extra}"))
    chosen = Selection(extras=("s3",))
    assert bench.versions(text, name="pyproject.toml", selection=chosen) == {"demo": "1.0", "store": "1.0"}
    assert bench.versions(text, name="pyproject.toml") == {"demo": "1.0"}
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        bench.lock(text, name="pyproject.toml", selection=Selection(extras=("s4",)))
    assert "s4" in caught.value.why
    assert "`extras`" in caught.value.fix


def test_a_folder_with_dynamic_dependencies_is_never_taken_from_a_cache(bench: LockBench) -> None:
    bench.building = True
    project = '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies"]\n[build-system]\nrequires = []\n'
    bench.write("lib/pyproject.toml", project + 'build-backend = "backend"\nbackend-path = ["."]\n')
    for name in ("demo", "metrics", "demo"):
        bench.write("lib/backend.py", BACKEND.replace("demo", name))
        assert bench.versions("-e ./lib\n").keys() == {"shop", name}


BACKEND = """
import pathlib
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = pathlib.Path(folder, "shop-1.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\\nName: shop\\nVersion: 1\\nRequires-Dist: demo==1.0\\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    return info.name
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
def build_wheel(*_, **__):
    raise SystemExit("never asked")
build_editable = build_wheel
"""


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        (Selection(groups=("prod",)), ["always", "own", "metrics"]),
        (Selection(extras=("s3",)), ["always", "own", "store"]),
        (Selection(groups=("Prod",), extras=("S3",)), ["always", "own", "metrics", "store"]),
    ],
)
def test_a_pylock_gives_its_groups_and_extras(bench: LockBench, selection: Selection, names: list[str]) -> None:
    pylock = bench.lock(PYLOCK, name="pylock.toml", selection=selection).pylock
    assert pylock
    assert [package.name for package in pylock.packages] == names
    assert all(package.marker is None for package in pylock.packages)


def test_a_pylock_without_that_group_is_refused(bench: LockBench) -> None:
    with pytest.raises(BuildError, match="no group 'x'") as caught:
        bench.lock(PYLOCK, name="pylock.toml", selection=Selection(groups=("x",)))
    assert caught.value.why == "it has dev, main, prod"
