"""What root writes into somebody's folder belongs to that somebody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.package import ownership

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
