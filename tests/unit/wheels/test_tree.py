from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.errors import BuildError
from lambda_ci.wheels.builders.tree import EPOCH, Tree, names, unpack
from tests.fakes.sources import write

FILE = st.binary(max_size=40)
NAME = st.text(alphabet="abcä _-", min_size=1, max_size=6).filter(lambda name: name.strip() == name)
FILES = st.dictionaries(st.lists(NAME, min_size=1, max_size=3).map("/".join), FILE, max_size=6)


def _fill(folder: Path, files: dict[str, bytes]) -> bool:
    """Whether there can be such a folder: a file cannot be a folder as well."""
    if any(other != name and other.startswith(f"{name}/") for name in files for other in files):
        return False
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return True


def _packed(tree: Tree) -> dict[str, tarfile.TarInfo]:
    stream = io.BytesIO()
    tree.pack(stream)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        return {member.name: member for member in archive}


@settings(max_examples=40, deadline=None)
@given(files=FILES, shifted=st.integers(0, 2**31))
def test_the_digest_depends_on_names_and_contents_and_on_nothing_else(files: dict[str, bytes], shifted: int) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        if not _fill(Path(one), files):
            return
        _fill(Path(other), dict(reversed(files.items())))
        for path in Path(other).rglob("*"):
            os.utime(path, (shifted, shifted))
            path.chmod(0o700 if path.is_dir() else 0o600)
        assert Tree(folder=Path(one)).digest == Tree(folder=Path(other)).digest


@settings(max_examples=40, deadline=None)
@given(files=FILES.filter(bool), added=FILE, at=st.data())
def test_the_digest_changes_with_every_content_name_and_executable_bit(
    files: dict[str, bytes], added: bytes, at: st.DataObject
) -> None:
    with TemporaryDirectory() as one:
        folder = Path(one)
        if not _fill(folder, files):
            return
        before = Tree(folder=folder).digest
        name = at.draw(st.sampled_from(sorted(files)))
        (folder / name).write_bytes(files[name] + b"x" + added)
        changed = Tree(folder=folder).digest
        (folder / name).chmod(0o755)
        executable = Tree(folder=folder).digest
        (folder / name).rename(folder / f"{name}!")
        assert len({before, changed, executable, Tree(folder=folder).digest}) == 4


@settings(max_examples=25, deadline=None)
@given(files=FILES)
def test_what_is_packed_can_be_unpacked(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        if not _fill(Path(one), files):
            return
        archive = Path(other) / "source.tar"
        with archive.open("wb") as file:
            Tree(folder=Path(one)).pack(file)
        root = unpack(archive, Path(other) / "out")
        assert {
            path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
        } == files
        assert Tree(folder=root).digest == Tree(folder=Path(one)).digest


def test_what_is_no_source_stays_out_of_a_project(tmp_path: Path) -> None:
    kept = {"pyproject.toml": "", "src/build/lib.py": "", "src/dist/__init__.py": ""}
    left_out = (
        "__pycache__/a.pyc",
        ".git/HEAD",
        ".venv/bin/python",
        "a.egg-info/PKG-INFO",
        "build/lib/old.py",
        "dist/a.zip",
    )
    write(tmp_path, kept | dict.fromkeys(left_out, "") | {"environment/pyvenv.cfg": "", "environment/lib/x.py": ""})
    members = _packed(Tree(folder=tmp_path))
    assert {name for name, member in members.items() if member.isfile()} == {f"source/{name}" for name in kept}
    assert "source/dist" not in members


def test_what_was_published_or_checked_out_is_taken_whole(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "dist/a": "", "a.egg-info/PKG-INFO": ""})
    members = _packed(Tree(folder=tmp_path, whole=True))
    assert {name for name, member in members.items() if member.isfile()} == {
        "source/.git/HEAD",
        "source/a.egg-info/PKG-INFO",
        "source/dist/a",
    }


def test_the_cache_is_never_a_part(tmp_path: Path) -> None:
    write(tmp_path, {"cache/wheels/a.whl": "", "a.py": ""})
    tree = Tree(folder=tmp_path, without=frozenset({(tmp_path / "cache").resolve()}))
    before = tree.digest
    write(tmp_path, {"cache/wheels/b.whl": ""})
    assert tree.digest == before
    assert "source/cache" not in _packed(tree)


def test_links_inside_stay_links_and_those_that_leave_become_what_they_point_to(tmp_path: Path) -> None:
    write(tmp_path / "shared", {"lib/util.py": "x = 1\n"})
    project = write(tmp_path / "project", {"a.py": "", "package/b.py": ""})
    (project / "inside").symlink_to("package")
    (project / "absolute").symlink_to(project / "package")
    (project / "outside").symlink_to("../shared/lib")
    (project / "loop").symlink_to("..")
    (project / "dangling").symlink_to("nowhere/../../out")
    members = _packed(Tree(folder=project))
    assert members["source/inside"].issym()
    assert members["source/absolute/b.py"].isfile()
    assert members["source/outside/util.py"].isfile()
    assert members["source/loop/shared/lib/util.py"].isfile()
    assert not any(name.startswith("source/loop/project") for name in members)
    assert "source/dangling" not in members


def test_everything_in_the_stream_is_of_one_moment_and_of_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b/c.sh": ""})
    (tmp_path / "b/c.sh").chmod(0o750)
    members = _packed(Tree(folder=tmp_path))
    assert {(one.mtime, one.uid, one.gid, one.uname) for one in members.values()} == {(EPOCH, 0, 0, "")}
    assert {name: one.mode for name, one in members.items()} == {
        "source": 0o755,
        "source/a.py": 0o644,
        "source/b": 0o755,
        "source/b/c.sh": 0o755,
    }


@pytest.mark.parametrize(
    ("name", "pure"),
    [
        ("a.py", True),
        ("a.pyx", False),
        ("src/lib.RS", False),
        ("CMakeLists.txt", False),
        ("a/data.css", True),
        ("x.c", False),
    ],
)
def test_whether_a_source_needs_a_compiler_is_told_by_its_files(tmp_path: Path, name: str, pure: bool) -> None:
    write(tmp_path, {"pyproject.toml": "", name: ""})
    assert Tree(folder=tmp_path).looks_pure is pure


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"cannot read the sources in .*nowhere"):
        _ = Tree(folder=tmp_path / "nowhere").digest


def test_zip_archives_are_sources_too(tmp_path: Path) -> None:
    archive = tmp_path / "demo-1.0.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("demo-1.0/setup.py", "")
    assert names(archive) == ["demo-1.0/setup.py"]
    assert unpack(archive, tmp_path / "out").name == "demo-1.0"


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_what_is_no_archive_is_said(tmp_path: Path, suffix: str) -> None:
    archive = tmp_path / f"demo-1.0{suffix}"
    archive.write_bytes(b"<html>")
    assert names(archive) == []
    with pytest.raises(BuildError, match=r"cannot unpack demo-1\.0"):
        unpack(archive, tmp_path / "out")


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    archive = tmp_path / "evil-1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tarred:
        tarred.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(BuildError, match="cannot unpack evil"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
