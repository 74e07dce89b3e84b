"""Requirements on git repositories with credentials in their addresses: uv itself, git, and a server that wants a password."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.fakes.building import LockBench
from tests.fakes.git_server import Arguments, GitServer
from tests.fakes.index import Index
from tests.fakes.repository import Repository
from tests.fakes.sources import files, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(credentials="joe:s3cret") as server:
        server.add("demo.git", Repository(write(tmp_path / "demo", files("demo", "1.0"))).folder)
        yield server


@pytest.fixture
def arguments(tmp_path: Path) -> Arguments:
    return Arguments(tmp_path / "arguments")


@pytest.fixture
def bench(tmp_path: Path, arguments: Arguments) -> Iterator[LockBench]:
    with Index() as index:
        index.add("other-1.0-py3-none-any.whl")
        yield LockBench(folder=tmp_path, index=index, extra=dict(arguments.environ), building=True)


@pytest.mark.parametrize(
    ("place", "login"), [("requirements.txt", "joe:s3cret"), ("further/more.txt", "${NAME}:${TOKEN}")]
)
def test_the_repository_is_locked_with_them_and_no_argument_tells_them(
    bench: LockBench, server: GitServer, arguments: Arguments, place: str, login: str
) -> None:
    bench.extra |= {"NAME": "joe", "TOKEN": "s3cret"}
    write(bench.project / "libs/local", files("local"))
    line = f"demo @ git+http://{login}@{server.address}/demo.git  # ours\n"
    included = {"requirements.txt": "", "further/more.txt": ""} | {place: line}
    bench.write("further/more.txt", f"./libs/local\n-r ../requirements.txt\n{included['further/more.txt']}")
    locked = bench.lock(f"-r further/more.txt # more\nother\n{included['requirements.txt']}")
    assert locked.pylock
    packages = {str(package.name): package for package in locked.pylock.packages}
    assert packages.keys() == {"demo", "local", "other"}
    vcs = packages["demo"].vcs
    assert vcs
    assert vcs.url == server.url("demo.git")
    seen = arguments.seen()
    assert any("fetch" in one for one in seen)
    assert not any("joe" in one or "s3cret" in one for one in seen)
    kept = [path for path in (bench.folder / "uv").rglob("*") if path.is_file()]
    assert not any(b"s3cret" in path.read_bytes() for path in kept)


def test_what_is_wrong_is_told_with_the_users_own_file_and_line(bench: LockBench, server: GitServer) -> None:
    with pytest.raises(BuildError) as caught:
        bench.lock(f"other\ndemo @ git+{server.url('demo.git')}\n!!\n")
    assert "requirements.txt:3:1" in caught.value.why
    assert "scratch" not in str(caught.value)


def test_a_wrong_password_is_refused_without_being_told(bench: LockBench, server: GitServer) -> None:
    with pytest.raises(BuildError) as caught:
        bench.lock(f"demo @ git+http://joe:wr0ng@{server.address}/demo.git\n")
    assert "wr0ng" not in str(caught.value)
    assert "demo.git" in caught.value.why


def test_a_file_that_is_included_and_not_there_is_named(bench: LockBench, server: GitServer) -> None:
    with pytest.raises(BuildError, match=r"none\.txt, which requirements\.txt includes"):
        bench.lock(f"-r none.txt\ndemo @ git+{server.url('demo.git')}\n")


def test_what_a_project_says_itself_is_warned_of(bench: LockBench, server: GitServer) -> None:
    line = f"demo @ git+{server.url('demo.git')}"
    bench.lock(f'[project]\nname = "a"\nversion = "1"\ndependencies = ["{line}"]\n', name="pyproject.toml")
    assert "pyproject.toml has credentials in the address of a git repository" in bench.shown
    assert "s3cret" not in bench.shown
    bench.lock(f"{line}\n")
    assert bench.shown == ""
