"""The function's own files: what is taken, what is followed, and what is refused."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package import sources
from lambda_ci.package.file import CHUNK
from lambda_ci.package.sources import own_files
from tests.fakes.wheels import readable

if TYPE_CHECKING:
    from tests.fakes.project import Project


def test_files_of_every_depth_are_taken_and_empty_folders_are_not(orders: Project) -> None:
    orders.write("a/b/c/d.py")
    orders.write("a/file.txt")
    (orders.source / "empty").mkdir()
    assert orders.paths() == ["a/b/c/d.py", "a/file.txt", "app.py"]


def test_large_files_are_stored_whole(orders: Project) -> None:
    content = os.urandom(3 * CHUNK + 17)
    orders.write("model.bin", content)
    orders.write("exact.bin", content[:CHUNK])
    members = readable(orders.assemble().path.read_bytes())
    assert members["model.bin"] == content
    assert members["exact.bin"] == content[:CHUNK]


def test_links_to_files_and_folders_inside_are_followed(orders: Project) -> None:
    orders.write("real/module.py", "x = 1\n")
    (orders.source / "copy.py").symlink_to("real/module.py")
    (orders.source / "alias").symlink_to("real")
    (orders.source / "absolute.py").symlink_to(orders.source / "real" / "module.py")
    members = readable(orders.assemble().path.read_bytes())
    assert {path for path, content in members.items() if content == b"x = 1\n"} == {
        "real/module.py",
        "copy.py",
        "alias/module.py",
        "absolute.py",
    }


def test_a_source_that_is_a_link_itself_is_followed(orders: Project) -> None:
    expected = orders.assemble().sha256
    link = orders.root / "link"
    link.symlink_to(orders.source)
    orders.source = link
    assert orders.assemble().sha256 == expected


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/etc/hostname", "outside the source folder"),
        ("/etc", "outside the source folder"),
        ("../outside.txt", "outside the source folder"),
        ("..", "outside the source folder"),
        ("nowhere", "leads nowhere"),
        ("link", "leads nowhere"),
        (".", "a folder that contains it"),
        ("../source", "a folder that contains it"),
    ],
)
def test_other_links_are_refused_with_their_target(orders: Project, target: str, reason: str) -> None:
    (orders.root / "outside.txt").write_text("")
    (orders.root / "source-sibling").mkdir()
    (orders.source / "link").symlink_to(target)
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert f"{str(orders.source / 'link')!r} is a symbolic link to" in str(caught.value)
    assert reason in str(caught.value)


def test_a_folder_whose_name_begins_like_the_source_is_outside(orders: Project) -> None:
    (orders.root / "source-sibling").mkdir()
    (orders.source / "link").symlink_to("../source-sibling")
    with pytest.raises(PackageError, match="outside the source folder"):
        orders.assemble()


def test_links_that_lead_round_in_circles_are_refused(orders: Project) -> None:
    orders.write("a/x.py")
    orders.write("b/y.py")
    (orders.source / "a" / "to_b").symlink_to("../b")
    (orders.source / "b" / "to_a").symlink_to("../a")
    with pytest.raises(PackageError, match="a folder that contains it"):
        orders.assemble()


def test_links_that_multiply_folders_end(orders: Project) -> None:
    orders.write("level0/x.py")
    for level in range(1, 20):
        (orders.source / f"level{level}").mkdir()
        for name in ("a", "b"):
            (orders.source / f"level{level}" / name).symlink_to(f"../level{level - 1}")
    with pytest.raises(PackageError, match="more than 500 folders and files"):
        own_files(orders.function, keep_out=(), most=500)


def test_ignored_links_are_nobodys_business(orders: Project) -> None:
    (orders.source / ".venv").symlink_to("/usr/lib")
    orders.write(".lambdaignore", "secret\n")
    (orders.source / "secret").symlink_to("/etc/passwd")
    assert orders.paths() == ["app.py"]


def test_pipes_and_sockets_are_refused(orders: Project) -> None:
    os.mkfifo(orders.source / "pipe")
    with pytest.raises(PackageError, match=r"pipe' is a named pipe"):
        orders.assemble()
    (orders.source / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(orders.source)
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        with pytest.raises(PackageError, match=r"socket' is a socket"):
            orders.assemble()


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="no /dev/null")
def test_a_device_as_the_source_is_refused(orders: Project) -> None:
    orders.source = Path("/dev/null")
    with pytest.raises(PackageError, match="'/dev/null' is a device"):
        orders.assemble()


def test_a_source_that_is_not_there_is_reported(orders: Project) -> None:
    orders.source = orders.root / "nowhere"
    with pytest.raises(PackageError, match="nowhere cannot be read: No such file"):
        orders.assemble()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"new\nline.py", "control character"),
        (b"back\\slash.py", "backslash"),
        (b"latin-\xe9.py", "not valid UTF-8"),
        (b"C:drive", "drive letter"),
    ],
)
def test_odd_names_are_refused_in_a_printable_form(orders: Project, name: bytes, reason: str) -> None:
    Path(os.fsdecode(os.fsencode(orders.source) + b"/" + name)).write_bytes(b"")
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert reason in str(caught.value)
    assert str(caught.value).encode().decode().isprintable() or "\n" in str(caught.value)
    assert "\udce9" not in str(caught.value)


def test_odd_names_may_be_ignored(orders: Project) -> None:
    Path(os.fsdecode(os.fsencode(orders.source) + b"/latin-\xe9.log")).write_bytes(b"")
    orders.write(".lambdaignore", "*.log\n")
    assert orders.paths() == ["app.py"]


def test_an_enormous_file_is_refused_before_it_is_read(orders: Project) -> None:
    with orders.write("giant.bin").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(PackageError, match=r"giant.bin' has 1,099,511,627,776 bytes, more than Lambda takes in all"):
        orders.assemble()


def test_files_that_are_too_large_together_are_refused_before_they_are_read(orders: Project) -> None:
    for number in range(3):
        with orders.write(f"large{number}.bin").open("wb") as file:
            file.truncate(100 << 20)
    with pytest.raises(PackageError, match=r"300.0 MiB unzipped"):
        orders.assemble()


def test_a_file_that_changes_while_it_is_read_is_reported(orders: Project) -> None:
    path = orders.write("data.bin", b"x" * 100)
    (found,) = (file for file in own_files(orders.function, keep_out=()) if file.path == "data.bin")
    for content in (b"x" * 99, b"x" * 101, b"", b"x" * (CHUNK + 1)):
        path.write_bytes(content)
        with pytest.raises(PackageError, match=r"data.bin changed while it was being packaged"):
            found.source.packed(found)


def test_a_large_file_that_changes_between_the_readings_is_reported(orders: Project) -> None:
    path = orders.write("data.bin", b"x" * (CHUNK * 2))
    (found,) = (file for file in own_files(orders.function, keep_out=()) if file.path == "data.bin")
    _, chunks = found.source.packed(found)
    path.write_bytes(b"y" * (CHUNK * 2))
    with pytest.raises(PackageError, match=r"data.bin changed while it was being packaged"):
        list(chunks)


def test_a_file_that_vanishes_or_becomes_a_pipe_is_reported(orders: Project) -> None:
    path = orders.write("data.bin", b"x")
    (found,) = (file for file in own_files(orders.function, keep_out=()) if file.path == "data.bin")
    path.unlink()
    with pytest.raises(PackageError, match=r"data.bin cannot be read: No such file"):
        found.source.packed(found)
    os.mkfifo(path)
    with pytest.raises(PackageError, match=r"data.bin changed"):
        found.source.packed(found)


def test_the_output_folder_the_cache_and_the_dependency_file_stay_out(orders: Project) -> None:
    orders.write("dist/old.zip")
    orders.write("cache/wheel.whl")
    orders.write("deploy.yml")
    orders.write("nested/requirements.txt")
    orders.requirements = orders.write("requirements.txt")
    function = orders.function
    files = own_files(
        function,
        keep_out=(
            orders.source / "dist",
            orders.source / "cache",
            orders.source / "deploy.yml",
            orders.root / "missing",
        ),
    )
    assert sorted(file.path for file in files) == ["app.py", "nested/requirements.txt"]


def test_locks_written_for_the_dependency_file_stay_out(orders: Project) -> None:
    orders.write("pylock.requirements-python3-13-x86_64.toml")
    orders.write("pylock.others-python3-13-x86_64.toml")
    orders.requirements = orders.write("requirements.txt")
    assert {file.path for file in own_files(orders.function, keep_out=())} == {
        "app.py",
        "pylock.others-python3-13-x86_64.toml",
    }


def test_a_script_that_declares_the_dependencies_is_code_and_its_lock_is_not(orders: Project) -> None:
    orders.write("app.py.lock")
    orders.requirements = orders.source / "app.py"
    assert [file.path for file in own_files(orders.function, keep_out=())] == ["app.py"]


def test_an_output_folder_that_is_the_source_is_refused(orders: Project) -> None:
    with pytest.raises(PackageError, match="source and the output folder at once"):
        own_files(orders.function, keep_out=(orders.source,))


UNREADABLE = """
import os, sys
import pathspec.patterns.gitignore.spec
from pathlib import Path
root = Path(sys.argv[1])
from tests.fakes.project import Project
from lambda_ci.package.sources import own_files
from lambda_ci.package.file import read
from lambda_ci.errors import PackageError
project = Project.__new__(Project)
project.root, project.name, project.spec, project.members, project.requirements = root, "x", {}, {}, None
project.source = root / "source"
own_files(project.function, keep_out=()) if os.getuid() == 0 else None
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    for file in own_files(project.function, keep_out=()):
        read(file)
except PackageError as error:
    print(error.what)
"""


@pytest.mark.parametrize("name", ["file.py", "folder"])
def test_what_may_not_be_read_is_named(name: str) -> None:
    root = Path(tempfile.mkdtemp())
    try:
        root.chmod(0o755)
        (root / "source" / "folder").mkdir(parents=True)
        (root / "source" / "file.py").write_text("")
        (root / "source" / name).chmod(0)
        here = str(Path(sources.__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", UNREADABLE, str(root)],
            cwd=here,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout.strip() == f"{root / 'source' / name} cannot be read: Permission denied", done.stderr
    finally:
        (root / "source" / name).chmod(0o755)
        shutil.rmtree(root)
