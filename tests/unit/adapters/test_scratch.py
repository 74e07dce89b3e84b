"""Temporary folders, and what is left of runs that were killed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lambda_ci.adapters.scratch import scratch, sweep

HOLD = """\
import sys
from lambda_ci.adapters.scratch import scratch
with scratch() as folder:
    (folder / "netrc").write_text("secret")
    print(folder, flush=True)
    sys.stdin.read()
"""


def _aged(path: Path) -> Path:
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return path


def _left(place: Path, name: str = "lambda-ci-scratch-0a1b2c3d") -> Path:
    folder = place / name
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").write_text("")
    return _aged(folder)


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """Another process that holds a folder; it ends when its input does."""
    environ = {"PYTHONPATH": str(Path(__file__).parents[3]), "TMPDIR": str(tmp_path)}
    return subprocess.Popen(
        [sys.executable, "-c", HOLD], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _folder_of(holder: subprocess.Popen[str]) -> Path:
    assert holder.stdout
    return Path(holder.stdout.readline().strip())


def test_a_folder_is_private_and_gone_at_the_end() -> None:
    with scratch() as folder:
        (folder / "file").write_text("")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent == Path(tempfile.gettempdir())
    assert not folder.exists()
    with pytest.raises(KeyboardInterrupt), scratch() as other:
        raise KeyboardInterrupt
    assert not other.exists()


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_holds_is_not(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    folder = _aged(_folder_of(holder))
    sweep(tmp_path)
    assert (folder / "netrc").exists()
    holder.kill()
    holder.communicate()
    sweep(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_the_next_process_does_it(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    old = _left(tmp_path)
    folder = _folder_of(holder)
    assert not old.exists()
    holder.communicate("")
    assert not folder.exists()


def test_a_folder_that_was_made_just_now_may_not_be_locked_yet(tmp_path: Path) -> None:
    new = tmp_path / "lambda-ci-scratch-0a1b2c3d"
    new.mkdir()
    sweep(tmp_path)
    assert new.exists()


def test_nothing_else_is_touched(tmp_path: Path) -> None:
    names = ("lambda-ci-scratch-", "lambda-ci-scratch-0a1b2c3d4", "lambda-ci-0a1b2c3d", "x-lambda-ci-scratch-0a1b2c3d")
    others = [_left(tmp_path, name) for name in names]
    precious = _left(tmp_path / "elsewhere", "precious")
    link = tmp_path / "lambda-ci-scratch-link0000"
    link.symlink_to(precious)
    file = tmp_path / "lambda-ci-scratch-file0000"
    file.write_text("")
    sweep(tmp_path)
    assert all(path.exists() for path in (*others, link, _aged(file), precious / "inner" / "file"))


def test_what_links_lead_to_stays(tmp_path: Path) -> None:
    precious = _left(tmp_path / "elsewhere", "precious")
    left = _left(tmp_path)
    (left / "link").symlink_to(precious)
    _aged(left)
    sweep(tmp_path)
    assert not left.exists()
    assert (precious / "inner" / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_what_belongs_to_somebody_else_stays(tmp_path: Path) -> None:
    left = _left(tmp_path)
    os.chown(left, 12345, 12345)
    sweep(tmp_path)
    assert left.exists()


@pytest.mark.parametrize("place", ["missing", "/proc"])
def test_a_place_that_cannot_be_looked_at_is_no_trouble(tmp_path: Path, place: str) -> None:
    sweep(tmp_path / place)
