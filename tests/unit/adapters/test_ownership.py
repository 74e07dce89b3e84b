"""What root writes into somebody's folder belongs to that somebody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters import ownership

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
SOMEBODY = (1001, 1002)


def _owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def test_folders_that_are_made_belong_to_the_owner_of_the_one_they_are_in(tmp_path: Path) -> None:
    os.chown(tmp_path, *SOMEBODY)
    ownership.folder(tmp_path / "build/dist")
    assert [_owner(tmp_path / name) for name in ("build", "build/dist")] == [SOMEBODY] * 2


def test_a_folder_that_is_there_keeps_its_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, *SOMEBODY)
    (tmp_path / "dist").mkdir()
    ownership.folder(tmp_path / "dist")
    assert _owner(tmp_path / "dist") == (0, 0)


def test_what_is_made_in_a_folder_of_root_stays_roots(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.touch()
    ownership.adopt(made)
    assert _owner(made) == (0, 0)


def test_all_that_root_left_in_somebodys_folder_is_given_back_and_nothing_else(tmp_path: Path) -> None:
    os.chown(tmp_path, *SOMEBODY)
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.touch()
    (tmp_path / "cache/wheels").mkdir(parents=True)
    (tmp_path / "cache/wheels/a.whl").touch()
    (tmp_path / "cache/link").symlink_to(outside)
    (tmp_path / "other").touch()
    os.chown(tmp_path / "other", 1003, 1003)
    ownership.give_back(tmp_path)
    assert [_owner(path) for path in (tmp_path / "cache", tmp_path / "cache/wheels/a.whl")] == [SOMEBODY] * 2
    assert (tmp_path / "cache/link").lstat().st_uid == SOMEBODY[0]
    assert _owner(outside) == (0, 0)
    assert _owner(tmp_path / "other") == (1003, 1003)


def test_nothing_is_given_back_where_root_owns_the_folder_or_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ownership.give_back(tmp_path)
    ownership.give_back(tmp_path / "gone")
    assert _owner(tmp_path / "file") == (0, 0)
