from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.git import checkout
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        [*identity, "commit", "--quiet", "--message", "one"],
        ["tag", "v1"],
    ):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return folder


def _head(folder: Path) -> str:
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_commit_comes_with_the_tags(repository: Path, tmp_path: Path) -> None:
    checkout(repository.as_uri(), _head(repository), tmp_path / "out", environ=os.environ, seconds=60)
    assert (tmp_path / "out/a.txt").read_text() == "one"
    tags = subprocess.run(
        ["git", "-C", str(tmp_path / "out"), "tag"], check=True, capture_output=True, text=True
    ).stdout
    assert tags == "v1\n"


def test_what_cannot_be_had_is_said_without_credentials(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        checkout("https://joe:secret@127.0.0.1:9/x.git", "a" * 40, tmp_path / "out", environ=os.environ, seconds=60)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:9/x.git" in caught.value.what


def test_a_machine_without_git_is_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot start `git`"):
        checkout("file:///nowhere", "a" * 40, tmp_path / "out", environ={"PATH": "/nowhere"}, seconds=5)
