"""Credentials in addresses of git servers: they log in, and are nobody's argument."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.git import checkout
from lambda_ci.adapters.git_login import logging_in
from lambda_ci.errors import BuildError
from tests.fakes.git_server import Arguments, GitServer
from tests.fakes.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PASSWORD = "p@ss/w%rd $1 'x\""

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


@pytest.fixture
def server() -> Iterator[GitServer]:
    with GitServer(credentials=f"joe:{PASSWORD}") as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    return Repository(folder)


@pytest.fixture
def arguments(tmp_path: Path) -> Arguments:
    return Arguments(tmp_path / "arguments")


def test_a_commit_is_fetched_with_its_submodules_and_no_argument_tells_the_password(
    server: GitServer, repository: Repository, tmp_path: Path, arguments: Arguments
) -> None:
    server.add("inner.git", repository.folder)
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "b.txt").write_text("two")
    whole = Repository(outer)
    whole.git("submodule", "--quiet", "add", str(repository.folder), "inner")
    whole.write(".gitmodules", f'[submodule "inner"]\npath = inner\nurl = http://{server.address}/inner.git\n')
    commit = whole.commit()
    server.add("outer.git", outer)
    environ = {**os.environ, **arguments.environ}
    checkout(server.url("outer.git"), commit, tmp_path / "out", environ=environ, seconds=60)
    assert (tmp_path / "out/inner/a.txt").read_text() == "one"
    seen = arguments.seen()
    assert any("remote-http" in one for one in seen)
    assert not any("joe" in one or "p@ss" in one or "p%40ss" in one for one in seen)


def test_another_answer_of_this_machine_does_not_count(
    server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    server.add("demo.git", repository.folder)
    wrong = "!f() { echo username=eve; echo password=wrong; }; f"
    known = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper", "GIT_CONFIG_VALUE_0": wrong}
    commit = repository.git("rev-parse", "HEAD")
    checkout(server.url("demo.git"), commit, tmp_path / "out", environ={**os.environ, **known}, seconds=60)
    assert (tmp_path / "out/a.txt").exists()
    url = f"http://{server.address}/demo.git"
    with pytest.raises(BuildError):
        checkout(url, commit, tmp_path / "other", environ={**os.environ, **known}, seconds=60)


def test_wrong_credentials_are_refused_at_once(server: GitServer, repository: Repository, tmp_path: Path) -> None:
    server.add("demo.git", repository.folder)
    url = f"http://joe:wrong@{server.address}/demo.git"
    with pytest.raises(BuildError, match="has the rights") as caught:
        checkout(url, repository.git("rev-parse", "HEAD"), tmp_path / "out", environ=os.environ, seconds=60)
    assert "wrong" not in str(caught.value)


def _answer(addresses: Sequence[str], path: str) -> str:
    """Whom git logs in as for that path of git.example; empty where it would have to ask somebody."""
    environ = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(
        ["git", "credential", "fill"],
        input=f"protocol=https\nhost=git.example\npath={path}\n\n",
        env=environ | logging_in(addresses, environ),
        capture_output=True,
        text=True,
        check=False,
    )
    return " ".join(line.partition("=")[2] for line in done.stdout.splitlines()[2:])


def test_one_login_counts_for_the_server_and_several_for_their_repositories() -> None:
    one = ["https://joe:a@git.example/x.git", "https://joe:a@git.example/team/y"]
    assert {_answer(one, path) for path in ("x.git", "team/y", "submodule.git")} == {"joe a"}
    two = ["https://joe:a@git.example/x.git", "https://eve:b@git.example/team/y", "https://joe:c@other.example/x.git"]
    assert [_answer(two, path) for path in ("x.git/info/refs", "team/y", "submodule.git")] == ["joe a", "eve b", ""]


def test_what_git_is_told_already_stays() -> None:
    found = logging_in(["https://joe:a@git.example/x.git"], {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b"})
    assert found["GIT_CONFIG_COUNT"] == "3"
    assert "GIT_CONFIG_KEY_0" not in found


@pytest.mark.parametrize("url", ["https://git.example/x.git", "ssh://git@git.example/x.git", "git@git.example:x.git"])
def test_without_credentials_nothing_is_told(url: str) -> None:
    assert logging_in([url], {}) == {}
