"""Real locks of Poetry are read; small ones are turned into a lock by uv, from an index on this machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.poetry import read_poetry_lock
from lambda_ci.lock.selection import DEFAULT, Selection
from tests.fakes.building import AL2023, LockBench
from tests.fakes.index import Index, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = Path(__file__).with_name("locks")
OWN = {"idna": "3.7", "requests": "2.32.3", "pysocks": "1.7.1"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        yield LockBench(folder=tmp_path, index=index, extra={})


def _versions(path: Path, selection: Selection = DEFAULT) -> dict[str, str]:
    source = read_poetry_lock(path, target=AL2023, selection=selection, environ={})
    return {pin.name: pin.version for pin in source.packages}


def _entry(name: str, version: str = "1.0", *, digest: str = "", more: str = "") -> str:
    files = f'{{file = "{name}-{version}-py3-none-any.whl", hash = "sha256:{digest}"}}' if digest else ""
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\nfiles = [{files}]\n{more}\n'


def _lock(*entries: str, version: str = "2.1", extras: str = "") -> str:
    return "\n".join([*entries, extras, f'[metadata]\nlock-version = "{version}"\ncontent-hash = "0"\n'])


@pytest.mark.parametrize("name", ["poetry-2.1", "poetry-2.0", "poetry-pep621"])
def test_the_main_group_is_taken_and_neither_development_nor_other_systems(name: str) -> None:
    versions = _versions(REAL / name / "poetry.lock")
    assert versions.items() >= OWN.items()
    assert versions.keys() == {"certifi", "charset-normalizer", "idna", "pysocks", "requests", "urllib3"}


@pytest.mark.parametrize("name", ["poetry-2.1", "poetry-2.0", "poetry-pep621"])
def test_groups_and_extras_come_in_by_name(name: str) -> None:
    path = REAL / name / "poetry.lock"
    more = _versions(path, Selection(groups=("prod",), extras=("S3",))).keys() - _versions(path).keys()
    assert more == {"attrs", "six"}
    assert "iniconfig" in _versions(path, Selection(groups=("dev",)))


def test_every_package_has_its_hashes_and_its_index() -> None:
    source = read_poetry_lock(REAL / "poetry-2.1" / "poetry.lock", target=AL2023, selection=DEFAULT, environ={})
    assert all(pin.hashes for pin in source.packages)
    assert {pin.index for pin in source.packages} == {"https://index.example/simple"}
    assert source.pins == {pin.name for pin in source.packages}


@pytest.mark.parametrize("name", ["poetry-2.1", "poetry-2.0", "poetry-pep621"])
def test_a_changed_project_makes_the_lock_stale(tmp_path: Path, name: str) -> None:
    shutil.copytree(REAL / name, tmp_path / "p")
    project = tmp_path / "p" / "pyproject.toml"
    project.write_text(project.read_text().replace("2.32.3", "2.32.4"))
    with pytest.raises(BuildError, match="out of date") as caught:
        _versions(tmp_path / "p" / "poetry.lock")
    assert "poetry lock" in caught.value.fix


def test_what_poetry_does_not_look_at_does_not_make_it_stale(tmp_path: Path) -> None:
    shutil.copytree(REAL / "poetry-2.1", tmp_path / "p")
    project = tmp_path / "p" / "pyproject.toml"
    project.write_text(project.read_text().replace('name = "shop"', 'name = "store"') + "\n[tool.ruff]\n")
    assert _versions(tmp_path / "p" / "poetry.lock")


def test_an_unknown_group_or_extra_is_refused_with_those_that_there_are() -> None:
    path = REAL / "poetry-2.1" / "poetry.lock"
    with pytest.raises(BuildError, match="no group 'prd'") as caught:
        _versions(path, Selection(groups=("prd",)))
    assert caught.value.why == "it has dev, main, prod"
    assert "'prod'" in caught.value.fix
    with pytest.raises(BuildError, match="no extra 'gcs'"):
        _versions(path, Selection(extras=("gcs",)))


def test_the_oldest_format_keeps_its_hashes_apart(tmp_path: Path) -> None:
    text = _entry("demo", more='category = "main"\n[package.dependencies]\ndep = ">=1"\n').replace("files = []\n", "")
    text += _entry("dep", more='category = "dev"\n').replace("files = []\n", "")
    text += '[metadata]\nlock-version = "1.1"\ncontent-hash = "0"\n[metadata.files]\n'
    text += 'demo = [{file = "demo-1.0-py3-none-any.whl", hash = "sha256:aa"}]\ndep = []\n'
    (tmp_path / "pyproject.toml").write_text('[tool.poetry.dependencies]\npython = "^3.9"\ndemo = "^1.0"\n')
    (tmp_path / "poetry.lock").write_text(text.replace('hash = "0"', 'hash = "' + _hash(tmp_path) + '"'))
    source = read_poetry_lock(tmp_path / "poetry.lock", target=AL2023, selection=DEFAULT, environ={})
    assert [(pin.name, pin.hashes) for pin in source.packages] == [("demo", {"sha256:aa"}), ("dep", frozenset())]


def _hash(folder: Path) -> str:
    """What makes a lock fit the project in this folder."""
    import tomllib

    from lambda_ci.lock.poetry import _content_hashes

    return next(iter(_content_hashes(tomllib.loads((folder / "pyproject.toml").read_text()))))


def test_an_older_format_without_its_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "poetry.lock").write_text(_lock(_entry("demo"), version="2.0"))
    with pytest.raises(BuildError, match=r"needs the project's pyproject\.toml"):
        _versions(tmp_path / "poetry.lock")


def test_uv_finds_exactly_the_files_that_are_locked(bench: LockBench) -> None:
    digest = bench.index.add("demo-1.0-py3-none-any.whl", wheel("demo", "1.0", requires=["dep"]))
    bench.index.add("demo-2.0-py3-none-any.whl")
    locked = bench.lock(_lock(_entry("demo", digest=digest)), name="poetry.lock")
    assert locked.pylock
    (package,) = locked.pylock.packages
    assert [dict(file.hashes) for file in package.wheels or ()] == [{"sha256": digest}]
    assert (locked.pinned, locked.origin, bench.shown) == (True, "poetry.lock", "")


def test_a_second_build_asks_nobody(bench: LockBench) -> None:
    text = _lock(_entry("demo", digest=bench.index.add("demo-1.0-py3-none-any.whl")))
    first = bench.lock(text, name="poetry.lock")
    bench.index.requests.clear()
    bench.extra["UV_CACHE_DIR"] = "/dev/null/uv-would-fail"
    assert bench.lock(text, name="poetry.lock").pylock == first.pylock
    assert not bench.index.requests


def test_a_file_with_another_hash_is_refused(bench: LockBench) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    for digest in ("0" * 64, ""):
        with pytest.raises(BuildError, match=r"names no hash of a usable file of demo 1\.0"):
            bench.lock(_lock(_entry("demo", digest=digest)), name="poetry.lock")


def test_a_version_that_is_gone_is_said_to_be(bench: LockBench) -> None:
    bench.index.add("demo-2.0-py3-none-any.whl")
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        bench.lock(_lock(_entry("demo", digest="0" * 64)), name="poetry.lock")
    assert "demo" in caught.value.why


def test_paths_repositories_and_addresses_need_no_index(bench: LockBench) -> None:
    entries = [
        _entry("lib", more='develop = true\n[package.source]\ntype = "directory"\nurl = "../lib"\n'),
        _entry(
            "repo",
            more='[package.source]\ntype = "git"\nurl = "https://h/r.git"\nreference = "main"\n'
            f'resolved_reference = "{"a" * 40}"\nsubdirectory = "sub"\n',
        ),
        _entry("file", digest="0" * 64, more='[package.source]\ntype = "file"\nurl = "w/file-1.0-py3-none-any.whl"\n'),
        _entry(
            "far", digest="0" * 64, more='[package.source]\ntype = "url"\nurl = "https://h/far-1.0-py3-none-any.whl"\n'
        ),
    ]
    pylock = bench.lock(_lock(*entries), name="poetry.lock").pylock
    assert pylock
    found = {str(package.name): package for package in pylock.packages}
    directory, vcs, archive, far = (
        found["lib"].directory,
        found["repo"].vcs,
        found["file"].archive,
        found["far"].archive,
    )
    assert directory
    assert vcs
    assert archive
    assert far
    assert (directory.path, directory.editable) == ("../lib", True)
    assert (vcs.url, vcs.commit_id, vcs.subdirectory) == ("https://h/r.git", "a" * 40, "sub")
    assert (archive.path, archive.hashes["sha256"]) == ("w/file-1.0-py3-none-any.whl", "0" * 64)
    assert far.url == "https://h/far-1.0-py3-none-any.whl"
    assert not bench.index.requests


def test_a_package_comes_from_the_index_that_it_was_locked_from_with_poetrys_credentials(tmp_path: Path) -> None:
    with Index(credentials="joe:s3cret") as private, Index() as public:
        digest = private.add("demo-1.0-py3-none-any.whl")
        public.add("demo-1.0-py3-none-any.whl", wheel("demo", "1.0", files={"evil.py": b""}))
        bench = LockBench(folder=tmp_path, index=public, extra={"POETRY_HTTP_BASIC_OUR_OWN_USERNAME": "joe"})
        bench.extra["POETRY_HTTP_BASIC_OUR_OWN_PASSWORD"] = "s3cret"
        source = f'[package.source]\ntype = "legacy"\nurl = "{private.simple}"\nreference = "our-own"\n'
        locked = bench.lock(_lock(_entry("demo", digest=digest, more=source)), name="poetry.lock")
        assert locked.credentials == {f"http://{private.address}": ("joe", "s3cret")}
        assert not public.requests
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache" / "locks").iterdir())
    assert kept
    assert b"s3cret" not in kept


def test_two_versions_for_one_target_are_refused(bench: LockBench) -> None:
    entries = [_entry("demo", "1.0", more="markers = \"python_version > '3'\""), _entry("demo", "2.0")]
    with pytest.raises(BuildError, match=r"two versions of demo for python3\.12.*: 1\.0 and 2\.0"):
        bench.lock(_lock(*entries), name="poetry.lock")


def test_of_two_versions_the_markers_choose(bench: LockBench) -> None:
    digest = bench.index.add("demo-2.0-py3-none-any.whl")
    entries = [
        _entry(
            "demo", "1.0", digest="0" * 64, more="markers = {main = \"python_version < '3.12'\"}\ngroups = ['main']"
        ),
        _entry("demo", "2.0", digest=digest, more="markers = {main = \"python_version >= '3.12'\"}\ngroups = ['main']"),
    ]
    assert bench.versions(_lock(*entries), name="poetry.lock") == {"demo": "2.0"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no metadata.lock-version"),
        ("[[package", "not valid TOML"),
        ('[metadata]\nlock-version = "3.0"\n', "not known here"),
        ('[metadata]\nlock-version = "1.0"\n', "not known here"),
        ('[metadata]\nlock-version = "x"\n', "no metadata.lock-version"),
        (_lock('[[package]]\nname = "demo"\n'), "without name or version"),
        (_lock(_entry("demo", more='markers = "nonsense"')), "not a marker"),
        (_lock(_entry("demo", more='[package.source]\ntype = "svn"\n')), "not known"),
    ],
)
def test_a_broken_lock_is_explained(bench: LockBench, text: str, words: str) -> None:
    with pytest.raises(BuildError) as caught:
        bench.lock(text, name="poetry.lock")
    assert words in str(caught.value)
    assert "again" in caught.value.fix


@pytest.mark.parametrize("size", range(200, 20_000, 1777))
def test_a_truncated_lock_is_never_taken_for_a_whole_one(tmp_path: Path, size: int) -> None:
    text = (REAL / "poetry-2.1" / "poetry.lock").read_text()
    (tmp_path / "poetry.lock").write_text(text[:size])
    with pytest.raises(BuildError):
        _versions(tmp_path / "poetry.lock")
