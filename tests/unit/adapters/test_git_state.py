"""What git tells of the project's own work tree."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.git import state

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@mail.example", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True, env=ENVIRON)  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "src/app.py").write_text("x = 1\n")
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", "https://user:secret@git.example/o/shop.git")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    return folder


def test_commit_and_address_without_credentials(tree: Path) -> None:
    found = state(tree / "src", environ=ENVIRON)
    assert found
    assert (found.commit, found.url, found.dirty) == (
        git(tree, "rev-parse", "HEAD"),
        "https://git.example/o/shop.git",
        False,
    )


def test_changes_and_new_files_make_it_dirty_but_not_those_of_the_output(tree: Path) -> None:
    (tree / "dist").mkdir()
    (tree / "dist/orders.zip").write_text("")
    without = [tree / "dist", tree.parent / "elsewhere"]
    assert [bool(found and found.dirty) for found in (state(tree, environ=ENVIRON), state(tree, without=without, environ=ENVIRON))] == [True, False]  # fmt: skip
    (tree / "src/new.py").write_text("")
    found = state(tree, without=without, environ=ENVIRON)
    assert found
    assert found.dirty


def test_a_folder_as_origin_is_nobodys_business(tree: Path) -> None:
    git(tree, "remote", "set-url", "origin", "/home/somebody/shop")
    found = state(tree, environ=ENVIRON)
    assert found
    assert found.url == ""


def test_no_work_tree_no_commit_no_git_no_repository(tree: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert state(empty, environ=ENVIRON) is None
    git(empty, "init", "--quiet")
    assert state(empty, environ=ENVIRON) is None
    assert state(tree, environ=ENVIRON | {"PATH": "/nonexistent"}) is None
    (empty / ".git/HEAD").write_text("damaged")
    assert state(empty, environ=ENVIRON) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a work tree to somebody else")
def test_a_work_tree_of_somebody_else_is_read_without_starting_anything_of_it(tree: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    git(tree, "config", "core.fsmonitor", f"touch {mark}; false")
    mark.unlink(missing_ok=True)
    for path in [tree, *tree.rglob("*")]:
        os.chown(path, 12345, 12345)
    found = state(tree, environ=ENVIRON)
    assert found
    assert not found.dirty
    assert not mark.exists()
