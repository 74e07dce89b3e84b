from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.pylock import Pylock

from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.resolve import Resolver, lock
from tests.fakes.building import AL2, AL2023, LockBench
from tests.fakes.index import Index
from tests.fakes.quiet import quiet
from tests.fakes.sources import files, sdist, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.model.artifact import Lock
    from lambda_ci.model.target import Target


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        yield LockBench(folder=tmp_path, index=index, extra={})


def _lock(bench: LockBench, text: str, target: Target = AL2023, *, building: bool = True) -> Lock:
    project = bench.folder / "project"
    write(project, {"requirements.txt": text})
    console, _ = quiet()
    cache = bench.folder / "cache"
    return lock(
        project / "requirements.txt",
        target,
        Resolver(uv=Uv(bench.environ), cache_dir=cache, console=console),
        building=building,
    )


def _kinds(found: Lock) -> dict[str, str]:
    """Each package's version, and what would be taken of it."""
    assert isinstance(found.pylock, Pylock)
    kinds = {}
    for package in found.pylock.packages:
        kind = "folder" if package.directory else "wheel" if package.wheels else "sdist"
        kinds[str(package.name)] = f"{package.version or ''} {kind}".strip()
    return kinds


def test_a_pinned_version_without_a_wheel_becomes_a_source(bench: LockBench) -> None:
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    assert _kinds(_lock(bench, "demo==1.0\n")) == {"demo": "1.0 sdist"}


def test_without_building_it_stays_an_error(bench: LockBench) -> None:
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    with pytest.raises(BuildError, match="no wheel of demo"):
        _lock(bench, "demo==1.0\n", building=False)


def test_without_a_pin_the_version_that_has_a_wheel_is_taken(bench: LockBench) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    bench.index.add("demo-2.0.tar.gz", sdist("demo", "2.0"))
    assert _kinds(_lock(bench, "demo\n")) == {"demo": "1.0 wheel"}


def test_only_what_has_no_wheel_in_any_version_is_a_source(bench: LockBench) -> None:
    bench.index.add("only-1.0.tar.gz", sdist("only"))
    bench.index.add("demo-1.0-py3-none-any.whl")
    bench.index.add("demo-2.0.tar.gz", sdist("demo", "2.0"))
    assert _kinds(_lock(bench, "demo\nonly\n")) == {"demo": "1.0 wheel", "only": "1.0 sdist"}


def test_what_a_source_depends_on_is_resolved_as_well(bench: LockBench) -> None:
    bench.index.add("top-1.0.tar.gz", sdist("top", requires=["middle"]))
    bench.index.add("middle-1.0.tar.gz", sdist("middle", requires=["leaf"]))
    bench.index.add("leaf-1.0-py3-none-any.whl")
    assert _kinds(_lock(bench, "top\n")) == {"leaf": "1.0 wheel", "middle": "1.0 sdist", "top": "1.0 sdist"}


def test_a_wheel_between_two_platforms_of_uv_is_no_reason_to_build(bench: LockBench) -> None:
    bench.index.add("demo-1.0-cp311-cp311-manylinux_2_24_x86_64.whl")
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    bench.index.add("only-1.0.tar.gz", sdist("only"))
    assert _kinds(_lock(bench, "demo==1.0\nonly\n", AL2)) == {"demo": "1.0 wheel", "only": "1.0 sdist"}


def test_a_wheel_that_is_too_new_leads_to_the_source_of_the_same_version(bench: LockBench) -> None:
    bench.index.add("demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl")
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    assert _kinds(_lock(bench, "demo==1.0\n", AL2)) == {"demo": "1.0 sdist"}


def test_no_wheel_and_no_source_is_an_error(bench: LockBench) -> None:
    bench.index.add("demo-1.0-cp311-cp311-win_amd64.whl")
    with pytest.raises(BuildError, match="no wheel of demo"):
        _lock(bench, "demo==1.0\n")


def test_a_source_with_another_hash_than_the_named_is_refused(bench: LockBench) -> None:
    digest = bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    assert _kinds(_lock(bench, f"demo==1.0 --hash=sha256:{digest}\n")) == {"demo": "1.0 sdist"}
    with pytest.raises(BuildError):
        _lock(bench, f"demo==1.0 --hash=sha256:{'0' * 64}\n")


def test_a_folder_that_only_its_build_describes_is_asked_each_time(bench: LockBench) -> None:
    for name in ("one", "three"):
        bench.index.add(f"{name}-1.0-py3-none-any.whl")
        write(bench.folder / "local", files("local", requires=[name]))
        assert _kinds(_lock(bench, "../local\n")) == {"local": "folder", name: "1.0 wheel"}


def test_a_folder_that_describes_itself_costs_no_build(bench: LockBench) -> None:
    broken = '[project]\nname = "local"\nversion = "1.0"\ndependencies = ["one"]\n'
    write(bench.folder / "local", {"pyproject.toml": '[build-system]\nrequires = ["nowhere"]\n' + broken})
    bench.index.add("one-1.0-py3-none-any.whl")
    assert _kinds(_lock(bench, "-e ../local\n")) == {"local": "folder", "one": "1.0 wheel"}


def test_answers_with_and_without_building_are_kept_apart(bench: LockBench) -> None:
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    _lock(bench, "demo==1.0\n")
    with pytest.raises(BuildError):
        _lock(bench, "demo==1.0\n", building=False)
    assert _kinds(_lock(bench, "demo==1.0\n")) == {"demo": "1.0 sdist"}


def test_the_lines_that_name_indexes_go_along(bench: LockBench) -> None:
    bench.index.add("demo-1.0.tar.gz", sdist("demo"))
    found = _lock(bench, f"--index-url {bench.index.simple}\ndemo==1.0\n")
    assert found.indexes == (f"--index-url {bench.index.simple}",)
    assert "index" not in repr(found).partition("pylock=")[0]
