"""Pipfile.lock: a real one is read; small ones are turned into a lock by uv, from an index on this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.pipfile import read_pipfile_lock
from lambda_ci.lock.selection import DEFAULT, Selection
from tests.fakes.building import AL2023, LockBench
from tests.fakes.index import Index, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = Path(__file__).with_name("locks") / "pipenv"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        yield LockBench(folder=tmp_path, index=index, extra={})


def _versions(path: Path, selection: Selection = DEFAULT) -> dict[str, str]:
    source = read_pipfile_lock(path, target=AL2023, selection=selection, environ={})
    return {pin.name: pin.version for pin in source.packages}


def _lock(default: dict[str, Any], *, url: str = "https://index.example/simple", **groups: dict[str, Any]) -> str:
    meta = {"hash": {"sha256": "0"}, "pipfile-spec": 6, "sources": [{"name": "pypi", "url": url, "verify_ssl": True}]}
    return json.dumps({"_meta": meta, "default": default, "develop": {}, **groups})


def _entry(digest: str, version: str = "==1.0", **more: object) -> dict[str, object]:
    return {"hashes": [f"sha256:{digest}"], "version": version, **more}


def test_the_real_one_gives_what_the_application_needs_on_linux() -> None:
    assert _versions(REAL / "Pipfile.lock") == {"idna": "3.7"}


def test_categories_come_in_by_name() -> None:
    assert _versions(REAL / "Pipfile.lock", Selection(groups=("prod", "develop"))) == {
        "idna": "3.7",
        "iniconfig": "2.0.0",
        "attrs": "24.2.0",
    }


def test_an_unknown_group_is_refused_and_there_are_no_extras() -> None:
    with pytest.raises(BuildError, match="no group 'dev'") as caught:
        _versions(REAL / "Pipfile.lock", Selection(groups=("dev",)))
    assert caught.value.why == "it has develop, prod"
    with pytest.raises(BuildError, match="no extra 's3'"):
        _versions(REAL / "Pipfile.lock", Selection(extras=("s3",)))


def test_a_changed_pipfile_makes_it_stale(tmp_path: Path) -> None:
    shutil.copytree(REAL, tmp_path / "p")
    pipfile = tmp_path / "p" / "Pipfile"
    pipfile.write_text(pipfile.read_text() + "\n[scripts]\nserve = 'x'\n")
    assert _versions(tmp_path / "p" / "Pipfile.lock")
    pipfile.write_text(pipfile.read_text().replace("==3.7", "==3.8"))
    with pytest.raises(BuildError, match="out of date") as caught:
        _versions(tmp_path / "p" / "Pipfile.lock")
    assert "pipenv lock" in caught.value.fix


def test_uv_finds_exactly_the_files_that_are_locked(bench: LockBench) -> None:
    digest = bench.index.add("demo-1.0-py3-none-any.whl", wheel("demo", "1.0", requires=["dep"]))
    locked = bench.lock(_lock({"demo": _entry(digest, index="pypi")}), name="Pipfile.lock")
    assert locked.pylock
    assert [package.name for package in locked.pylock.packages] == ["demo"]
    assert locked.pinned
    assert bench.kept == 1


def test_a_hash_that_no_file_has_is_refused(bench: LockBench) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    with pytest.raises(BuildError, match="names no hash of a usable file of demo"):
        bench.lock(_lock({"demo": _entry("0" * 64)}), name="Pipfile.lock")


@pytest.mark.parametrize(
    "declared",
    ["{version='*', sys_platform=\"== 'win32'\"}", "{version='*', markers=\"python_version < '3.4'\"}"],
)
def test_what_was_not_for_the_machine_that_locked_is_looked_up_in_the_pipfile(tmp_path: Path, declared: str) -> None:
    """Pipenv 2026 writes no version, no hash and no marker for it."""
    lock = tmp_path / "Pipfile.lock"
    lock.write_text(_lock({"colorama": {"version": "*"}}))
    with pytest.raises(BuildError, match="names no version of colorama"):
        _versions(lock)
    pipfile = f"[packages]\nColorama = {declared}\n"
    (tmp_path / "Pipfile").write_text(pipfile)
    lock.write_text(_lock({"colorama": {"version": "*"}}).replace('"0"', f'"{_hash(pipfile)}"'))
    assert _versions(lock) == {}


def _hash(pipfile: str) -> str:
    url = "https://index.example/simple"
    sources = [{"name": "pypi", "url": url, "verify_ssl": True}]
    content = {"_meta": {"sources": sources, "requires": {}}, "develop": {}}
    text = {**content, "default": tomllib.loads(pipfile)["packages"]}
    return hashlib.sha256(json.dumps(text, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_a_package_with_a_source_distribution_only_is_locked_as_such(bench: LockBench) -> None:
    digest = bench.index.add("demo-1.0.tar.gz", b"never opened")
    pylock = bench.lock(_lock({"demo": _entry(digest)}), name="Pipfile.lock").pylock
    assert pylock
    (package,) = pylock.packages
    assert package.sdist
    assert package.sdist.hashes == {"sha256": digest}


def test_an_address_takes_its_variables_from_the_environment(tmp_path: Path) -> None:
    with Index(credentials="joe:s3cret") as index:
        digest = index.add("demo-1.0-py3-none-any.whl")
        bench = LockBench(folder=tmp_path, index=index, extra={"TOKEN": "s3cret"})
        url = f"http://joe:${{TOKEN}}@{index.address}/simple"
        locked = bench.lock(_lock({"demo": _entry(digest)}, url=url), name="Pipfile.lock")
        assert locked.credentials == {f"http://{index.address}": ("joe", "s3cret")}


def test_paths_and_repositories_need_no_index(bench: LockBench) -> None:
    text = _lock({
        "lib": {"path": "./lib", "editable": True},
        "repo": {"git": "https://h/r.git", "ref": "a" * 40},
        "far": {"file": "https://h/far-1.0.tar.gz", "hashes": ["sha256:" + "0" * 64]},
        "near": {"path": "./near-1.0-py3-none-any.whl", "hashes": ["sha256:" + "0" * 64]},
    })
    pylock = bench.lock(text, name="Pipfile.lock").pylock
    assert pylock
    far, lib, near, repo = pylock.packages
    assert lib.directory
    assert lib.directory.path == "./lib"
    assert repo.vcs
    assert repo.vcs.commit_id == "a" * 40
    assert far.archive
    assert near.archive
    assert near.archive.path
    assert not bench.index.requests


def test_groups_that_do_not_agree_are_refused(bench: LockBench) -> None:
    text = _lock({"demo": _entry("0" * 64)}, prod={"demo": _entry("0" * 64, "==2.0")})
    with pytest.raises(BuildError, match=r"two versions of demo: 1\.0 and 2\.0"):
        bench.lock(text, name="Pipfile.lock", selection=Selection(groups=("prod",)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"_meta": {"pipfile-spec": 7}, "default": {}}',
        '{"_meta": {"pipfile-spec": 6}}',
        _lock({"demo": {}}),
        _lock({"demo": {"version": "*"}}),
        _lock({"demo": _entry("0", markers="nonsense")}),
    ],
)
def test_a_broken_lock_is_explained(bench: LockBench, text: str) -> None:
    with pytest.raises(BuildError) as caught:
        bench.lock(text, name="Pipfile.lock")
    assert "again" in caught.value.fix


@pytest.mark.parametrize("size", range(0, 1200, 97))
def test_a_truncated_lock_is_never_taken_for_a_whole_one(tmp_path: Path, size: int) -> None:
    (tmp_path / "Pipfile.lock").write_text((REAL / "Pipfile.lock").read_text()[:size])
    with pytest.raises(BuildError):
        _versions(tmp_path / "Pipfile.lock")
