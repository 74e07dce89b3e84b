"""The locks that ``lambda-ci lock`` writes, and builds that may not resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.resolve import Locked, Resolver, find_lock, write_lock
from lambda_ci.lock.selection import DEFAULT, Selection
from lambda_ci.wheels.choose import choose
from tests.fakes.building import AL2, AL2023, ARM, LockBench
from tests.fakes.index import Index, sha256, wheel
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.model.target import Target

FROZEN = Selection(frozen=True)
NAME = "pylock.requirements-python3-12-x86_64.toml"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl")
        bench = LockBench(folder=tmp_path, index=index, extra={})
        bench.write("requirements.txt", "-r more.txt\n")
        bench.write("more.txt", "demo\n")
        yield bench


def _write(
    bench: LockBench, name: str = "requirements.txt", target: Target = AL2023, selection: Selection = DEFAULT
) -> Locked:
    console, stream = quiet()
    try:
        uv, cache = Uv(bench.environ), bench.folder / "cache"
        resolver = Resolver(uv=uv, cache_dir=cache, console=console)
        return write_lock(bench.project / name, target, resolver, selection=selection, building=bench.building)
    finally:
        bench.shown = stream.getvalue()


def test_the_lock_is_written_beside_and_used_from_then_on_without_uv(bench: LockBench) -> None:
    locked = _write(bench)
    assert (locked.path, locked.packages, locked.changed, bench.shown) == (bench.project / NAME, 1, True, "")
    bench.index.add("demo-2.0-py3-none-any.whl")
    bench.extra["UV_CACHE_DIR"] = "/dev/null/uv-would-fail"
    found = bench.lock(None, selection=FROZEN)
    assert (found.origin, found.pinned, bench.shown) == (NAME, True, "")
    assert bench.versions(None) == {"demo": "1.0"}


def test_the_same_lock_is_not_written_twice(bench: LockBench) -> None:
    first = _write(bench).path.stat()
    again = _write(bench)
    assert not again.changed
    assert again.path.stat().st_mtime_ns == first.st_mtime_ns


def test_it_is_a_lock_that_other_tools_may_take(bench: LockBench) -> None:
    text = _write(bench).path.read_text()
    assert 'requires-python = "==3.12.*"' in text
    assert 'created-by = "lambda-ci"' in text
    assert str(bench.folder) not in text


def test_wheels_in_the_checkout_are_found_in_another_one(bench: LockBench, tmp_path: Path) -> None:
    name = "own-1.0-py3-none-any.whl"
    (bench.project / "wheels with space").mkdir()
    (bench.project / "wheels with space" / name).write_bytes(wheel("own", "1.0"))
    bench.write("requirements.txt", "--find-links 'wheels with space'\nown\n")
    written = _write(bench).path
    assert str(tmp_path) not in (text := written.read_text())
    assert f'path = "wheels with space/{name}"' in text
    locked = bench.lock(None, selection=FROZEN)
    assert [choice.place for choice in choose(locked)] == [str(bench.project / "wheels with space" / name)]


@pytest.mark.parametrize("name", ["uv.toml", "pyproject.toml", "../pyproject.toml"])
def test_another_override_in_a_configuration_of_uv_makes_it_stale(bench: LockBench, name: str) -> None:
    table = "" if name == "uv.toml" else "[tool.uv]\n"
    bench.write(name, f"{table}override-dependencies = ['demo==1.0']\n")
    _write(bench)
    bench.write(name, f"{table}override-dependencies = ['demo==1.0']\nno-cache = true\n")
    assert bench.lock(None, selection=FROZEN).pinned
    bench.write(name, f"{table}override-dependencies = ['demo==2.0']\n")
    with pytest.raises(BuildError, match="out of date"):
        bench.lock(None, selection=FROZEN)


def test_each_target_selection_and_file_has_its_own(bench: LockBench) -> None:
    bench.write("other.txt", "demo\n")
    bench.write("pyproject.toml", '[project]\nname = "a"\nversion = "1"\n[dependency-groups]\np = ["demo"]\n')
    paths = [_write(bench, "requirements.txt", target).path for target in (AL2, AL2023, ARM)]
    paths += [_write(bench, "other.txt").path, _write(bench, "pyproject.toml").path]
    paths += [_write(bench, "pyproject.toml", selection=Selection(groups=("p",))).path]
    assert len(set(paths)) == 6
    assert all(path.name.count(".") == 2 for path in paths)


@pytest.mark.parametrize("name", ["requirements.txt", "more.txt"])
def test_a_changed_file_makes_it_stale(bench: LockBench, name: str) -> None:
    _write(bench)
    with (bench.project / name).open("a") as file:
        file.write("# changed\n")
    for selection in (DEFAULT, FROZEN):
        with pytest.raises(BuildError, match=f"{NAME} is out of date") as caught:
            bench.lock(None, selection=selection)
        assert "lambda-ci lock" in caught.value.fix
    assert _write(bench).changed


def test_what_a_package_from_a_path_needs_makes_it_stale_too(bench: LockBench) -> None:
    lib = bench.write("lib/pyproject.toml", '[project]\nname = "lib"\nversion = "1"\ndependencies = ["demo"]\n')
    bench.write("requirements.txt", "-e ./lib\n")
    assert _write(bench).packages == 2
    lib.write_text(lib.read_text().replace('["demo"]', "[]"))
    with pytest.raises(BuildError, match="out of date"):
        bench.lock(None)


DYNAMIC = """\
[project]
name = "lib"
version = "1"
dynamic = ["dependencies"]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[tool.setuptools.dynamic]
dependencies = {file = ["needs/run.list"]}
"""
BACKEND = """
import os, pathlib
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    os.mkdir(f"{folder}/lib-1.dist-info")
    needs = "".join(f"Requires-Dist: {one}\\n" for one in pathlib.Path("needs/run.list").read_text().split())
    pathlib.Path(f"{folder}/lib-1.dist-info/METADATA").write_text(f"Metadata-Version: 2.1\\nName: lib\\nVersion: 1\\n{needs}")
    return "lib-1.dist-info"
"""


@pytest.mark.parametrize("name", ["requirements.txt", "lib/pyproject.toml"])
def test_what_a_build_backend_reads_to_tell_what_is_needed_makes_it_stale_too(bench: LockBench, name: str) -> None:
    bench.building = True
    bench.write("lib/pyproject.toml", DYNAMIC)
    bench.write("lib/backend.py", BACKEND)
    needs = bench.write("lib/needs/run.list", "demo\n")
    bench.write("requirements.txt", "./lib\n")
    _write(bench, name=name)
    assert "demo" in bench.versions(None, name=name)
    needs.write_text("")
    with pytest.raises(BuildError, match="out of date"):
        bench.lock(None, name=name)


def test_a_truncated_lock_is_an_error_and_locking_mends_it(bench: LockBench) -> None:
    path = _write(bench).path
    path.write_text(path.read_text()[:-20])
    with pytest.raises(BuildError, match=NAME):
        bench.lock(None)
    assert _write(bench).changed
    assert bench.versions(None) == {"demo": "1.0"}


def test_frozen_refuses_to_resolve_even_what_is_pinned(bench: LockBench) -> None:
    for name, text in (
        ("requirements.txt", "demo==1.0\n"),
        ("pyproject.toml", '[project]\nname = "a"\nversion = "1"\n'),
        ("app.py", "# /// script\n# dependencies = []\n# ///\n"),
    ):
        with pytest.raises(BuildError, match="is not a lock, and --frozen") as caught:
            bench.lock(text, name=name, selection=FROZEN)
        assert "lambda-ci lock" in caught.value.fix
    assert not bench.index.requests


def test_frozen_takes_locks_of_other_tools(bench: LockBench) -> None:
    text = 'lock-version = "1.0"\ncreated-by = "x"\npackages = []\n'
    assert bench.lock(text, name="pylock.toml", selection=FROZEN).pinned
    poetry = '[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n'
    assert bench.lock(poetry, name="poetry.lock", selection=FROZEN).pinned


def test_a_lock_of_another_tool_is_left_as_it_is(bench: LockBench) -> None:
    bench.write("poetry.lock", '[metadata]\nlock-version = "2.1"\ncontent-hash = "0"\n')
    before = sorted(path.name for path in bench.project.iterdir())
    locked = _write(bench, "poetry.lock")
    assert (locked.path.name, locked.changed) == ("poetry.lock", False)
    assert sorted(path.name for path in bench.project.iterdir()) == before


def test_finding_is_what_a_check_in_ci_needs(bench: LockBench) -> None:
    console, _ = quiet()
    uv, path = Uv(bench.environ), bench.project / "requirements.txt"
    with pytest.raises(BuildError, match="is not a lock"):
        find_lock(path, AL2023, Resolver(uv=uv, cache_dir=bench.folder / "cache", console=console))
    written = _write(bench)
    found = find_lock(path, AL2023, Resolver(uv=uv, cache_dir=bench.folder / "cache", console=console))
    assert (found.path, found.packages, found.changed) == (written.path, written.packages, False)


@pytest.mark.parametrize("query", ["token=s3cret", "X-Amz-Signature=s3cret&X-Amz-Date=1", "t=s3cret-of-twenty-letters"])
def test_addresses_with_a_token_in_the_query_are_neither_written_down_nor_kept(bench: LockBench, query: str) -> None:
    name = "demo-1.0-py3-none-any.whl"
    bench.write("more.txt", f"demo @ {bench.index.url(name)}?{query}#sha256={sha256(bench.index.files[name])}\n")
    with pytest.raises(BuildError, match="holds credentials") as caught:
        _write(bench)
    assert "s3cret" not in str(caught.value)
    assert not (bench.project / NAME).exists()
    assert bench.versions(None) == {"demo": "1.0"}, "it is built all the same"
    kept = [path for path in (bench.folder / "cache").rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert kept == []


def test_addresses_with_credentials_are_not_written_down(tmp_path: Path) -> None:
    with Index(credentials="joe:s3cret") as index:
        index.add("demo-1.0-py3-none-any.whl")
        bench = LockBench(folder=tmp_path, index=index, extra={})
        bench.write("requirements.txt", f"demo @ http://joe:s3cret@{index.address}/files/demo-1.0-py3-none-any.whl\n")
        with pytest.raises(BuildError, match="holds credentials") as caught:
            _write(bench)
    assert "s3cret" not in str(caught.value)
    assert not (bench.project / NAME).exists()


def test_a_folder_that_cannot_be_written_is_an_error(bench: LockBench) -> None:
    (bench.project / NAME).mkdir()
    with pytest.raises(BuildError, match="cannot write"):
        _write(bench)
    assert not list(bench.project.glob(".*.part"))
