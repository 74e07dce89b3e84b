"""uv itself against an index on this machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.compile import ceiling, floor
from lambda_ci.lock.resolve import Resolver, lock
from tests.fakes.building import AL2, AL2023, ARM, LockBench
from tests.fakes.index import Index, wheel
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.model.target import Target


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        yield LockBench(folder=tmp_path, index=index, extra={})


def test_no_file_means_no_dependencies(tmp_path: Path) -> None:
    console, _ = quiet()
    empty = lock(None, AL2023, Resolver(uv=Uv({}), cache_dir=tmp_path, console=console))
    assert (empty.pylock, empty.pinned) == (None, True)


@pytest.mark.parametrize("text", ["", "# nothing\n", "demo ; sys_platform == 'win32'\n"])
def test_an_empty_file_locks_nothing(bench: LockBench, text: str) -> None:
    assert bench.versions(text) == {}
    assert bench.shown == ""


def test_the_platform_is_the_nearest_that_uv_takes() -> None:
    assert (floor(AL2), ceiling(AL2)) == ("x86_64-manylinux_2_17", "x86_64-manylinux_2_28")
    assert floor(AL2023) == ceiling(AL2023) == "x86_64-manylinux_2_34"
    assert floor(ARM) == "aarch64-manylinux_2_34"


def test_an_unpinned_project_gets_the_newest_version_that_has_a_wheel_and_counts_as_unpinned(
    bench: LockBench,
) -> None:
    bench.index.add("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    bench.index.add("demo-2.0-cp311-cp311-manylinux_2_28_x86_64.whl")
    bench.index.add("pure-1.0-py3-none-any.whl")
    assert bench.versions("demo\npure==1.0\n", AL2) == {"demo": "1.0", "pure": "1.0"}
    assert (locked := bench.lock("demo\npure==1.0\n", AL2)).loose == 1
    assert not locked.pinned
    assert bench.kept == 0


@pytest.mark.parametrize(
    ("tag", "target"),
    [
        ("cp38-abi3-manylinux2014_x86_64", AL2),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", AL2),
        ("cp311-cp311-manylinux_2_24_x86_64", AL2),
        ("cp311-cp311-manylinux_2_26_x86_64", AL2),
        ("cp312-cp312-manylinux_2_34_x86_64", AL2023),
        ("cp312-cp312-manylinux_2_28_aarch64", ARM),
        ("py2.py3-none-any", ARM),
    ],
)
def test_every_wheel_that_runs_is_found(bench: LockBench, tag: str, target: Target) -> None:
    bench.index.add(f"demo-1.0-{tag}.whl")
    assert bench.versions("demo==1.0\n", target) == {"demo": "1.0"}


def test_a_wheel_between_two_of_uvs_platforms_does_not_drag_in_what_is_too_new(bench: LockBench) -> None:
    bench.index.add("app-1.0-cp311-cp311-manylinux_2_24_x86_64.whl", wheel("app", "1.0", requires=["dep"]))
    bench.index.add("dep-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    bench.index.add("dep-2.0-cp311-cp311-manylinux_2_27_x86_64.whl")
    assert bench.versions("app==1.0\n", AL2) == {"app": "1.0", "dep": "1.0"}


@pytest.mark.parametrize(
    ("tag", "target", "words"),
    [
        ("cp311-cp311-manylinux_2_28_x86_64", AL2, r"needs glibc 2\.28"),
        ("cp312-cp312-manylinux_2_35_x86_64", AL2023, r"needs glibc 2\.35|manylinux_2_35"),
        ("cp312-cp312-musllinux_1_2_x86_64", AL2023, "musllinux"),
        ("cp312-cp312-macosx_11_0_arm64", ARM, "macosx"),
        ("cp312-cp312-manylinux_2_17_x86_64", ARM, "x86_64"),
        ("cp310-cp310-manylinux_2_17_x86_64", AL2023, "cp310"),
    ],
)
def test_a_missing_wheel_is_named_with_what_there_is_and_what_runs(
    bench: LockBench, tag: str, target: Target, words: str
) -> None:
    bench.index.add(f"demo-1.0-{tag}.whl")
    bench.index.add("pure-1.0-py3-none-any.whl")
    with pytest.raises(BuildError, match=rf"no wheel of demo (1\.0 )?runs on {target.runtime}") as caught:
        bench.lock("demo==1.0\npure==1.0\n", target)
    assert re.search(words, caught.value.why)
    assert f"cp3{target.python[1]}-manylinux_2_{target.glibc[1]}" in caught.value.why


def test_all_packages_without_a_wheel_are_named_at_once(bench: LockBench) -> None:
    bench.index.add("one-1.0-cp311-cp311-manylinux_2_28_x86_64.whl")
    bench.index.add("two-1.0-cp311-cp311-manylinux_2_34_x86_64.whl")
    bench.index.add("three-1.0-py3-none-any.whl")
    with pytest.raises(BuildError) as caught:
        bench.lock("one==1.0\ntwo==1.0\nthree==1.0\n", AL2)
    assert "one 1.0, two 1.0 runs" in caught.value.what


def test_a_contradiction_shows_what_uv_said_and_nothing_of_its_noise(bench: LockBench) -> None:
    bench.index.add("app-1.0-py3-none-any.whl", wheel("app", "1.0", requires=["dep>=2"]))
    bench.index.add("dep-1.0-py3-none-any.whl")
    bench.index.add("dep-2.0-py3-none-any.whl")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        bench.lock("app==1.0\ndep<2\n")
    assert "depend on dep>=2" in caught.value.why
    assert "Resolved" not in caught.value.why


@pytest.mark.parametrize("text", ["nosuch==1.0\n", "???\n", "demo==\n", "--bogus\n", "demo==1.0 --hash=md5\n"])
def test_nonsense_is_a_clear_error(bench: LockBench, text: str) -> None:
    with pytest.raises(BuildError, match=r"requirements\.txt") as caught:
        bench.lock(text)
    assert "uv says" in caught.value.why


def test_an_index_that_cannot_be_reached_is_named_without_credentials(bench: LockBench) -> None:
    bench.extra["UV_DEFAULT_INDEX"] = "http://joe:secret@127.0.0.1:1/simple"
    with pytest.raises(BuildError) as caught:
        bench.lock("demo==1.0\n")
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_a_pinned_project_is_resolved_once_and_then_without_uv(bench: LockBench, tmp_path: Path) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    first = bench.lock("demo==1.0\n")
    assert (first.pinned, bench.kept) == (True, 1)
    (tmp_path / "uv").rename(tmp_path / "uv-gone")
    bench.index.files.clear()
    assert bench.lock("demo==1.0\n").pylock == first.pylock
    assert not (tmp_path / "uv").exists()


def test_a_damaged_entry_is_resolved_again_and_rewritten(bench: LockBench, tmp_path: Path) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    first = bench.lock("demo==1.0\n")
    (entry,) = (tmp_path / "cache" / "locks").iterdir()
    good = entry.read_bytes()
    entry.write_bytes(good[:-20])
    assert bench.lock("demo==1.0\n").pylock == first.pylock
    assert entry.read_bytes() == good


def test_an_unpinned_dependency_of_a_pinned_package_counts_as_unpinned(bench: LockBench) -> None:
    bench.index.add("app-1.0-py3-none-any.whl", wheel("app", "1.0", requires=["dep"]))
    bench.index.add("dep-1.0-py3-none-any.whl")
    assert bench.lock("app==1.0\n").loose == 1
    (bench.folder / "project" / "pins.txt").write_text("dep==1.0\n")
    assert bench.lock("app==1.0\n-c pins.txt\n").pinned


def test_files_on_this_machine_are_locked_but_not_remembered(bench: LockBench, tmp_path: Path) -> None:
    wheels = tmp_path / "project" / "wheels"
    wheels.mkdir(parents=True)
    (wheels / "demo-1.0-py3-none-any.whl").write_bytes(wheel("demo", "1.0"))
    for text in ("./wheels/demo-1.0-py3-none-any.whl\n", "--find-links ./wheels\n--no-index\ndemo==1.0\n"):
        assert bench.versions(text) == {"demo": "1.0"}
    assert bench.kept == 0


def test_a_project_is_resolved_from_its_own_dependencies(bench: LockBench) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    text = (
        '[project]\nname = "app"\nversion = "1"\ndependencies = ["demo==1.0"]\n[dependency-groups]\ndev = ["nosuch"]\n'
    )
    assert bench.versions(text, name="pyproject.toml") == {"demo": "1.0"}


def test_a_pylock_is_taken_as_it_is_without_uv(bench: LockBench) -> None:
    text = 'lock-version = "1.0"\ncreated-by = "x"\npackages = []\n'
    bench.extra["PATH"] = "/nowhere"
    for name in ("pylock.toml", "pylock.prod.toml"):
        locked = bench.lock(text, name=name)
        assert locked.pinned
        assert locked.root == bench.folder / "project"
    assert not bench.index.requests


@pytest.mark.parametrize("name", ["setup.cfg", "other.toml", "other.lock", "other.json", "Pipfile", "environment.yml"])
def test_other_kinds_of_files_are_refused_with_the_kinds_that_are_known(bench: LockBench, name: str) -> None:
    with pytest.raises(BuildError, match=r"known are pylock\.toml"):
        bench.lock("", name=name)
