"""Files that appear whole or not at all: while others write as well, and after a run was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from lambda_ci.package.drafts import drafted

if TYPE_CHECKING:
    from pathlib import Path

CHILD = """
import sys, time
from pathlib import Path
from lambda_ci.package.drafts import drafted
with drafted(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("begun", flush=True)
    time.sleep(60)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def child(tmp_path: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing ``orders.zip``."""
    command = [sys.executable, "-c", CHILD, str(tmp_path / "orders.zip")]
    process = subprocess.Popen(command, env={"PYTHONPATH": ":".join(sys.path)}, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)


def write(path: Path, content: bytes) -> None:
    with drafted(path) as file:
        file.write(content)


def test_what_a_killed_run_left_goes_with_the_next_one(tmp_path: Path, child: subprocess.Popen[str]) -> None:
    end(child)
    assert len(names(tmp_path)) == 1
    write(tmp_path / "users.zip", b"whole")
    assert names(tmp_path) == ["users.zip"]


def test_what_somebody_is_writing_stays(tmp_path: Path, child: subprocess.Popen[str]) -> None:
    write(tmp_path / "orders.zip", b"whole")
    assert len(names(tmp_path)) == 2
    end(child)
    write(tmp_path / "orders.zip", b"whole")
    assert names(tmp_path) == ["orders.zip"]


def test_files_of_others_stay(tmp_path: Path) -> None:
    for name in (
        ".orders.zip.part",
        ".orders.zip.0123456789zz.part",
        "orders.zip.0123456789ab.part",
        ".x.0123456789ab.part",
    ):
        (tmp_path / name).write_text("")
    before = names(tmp_path)
    write(tmp_path / "orders.zip", b"")
    assert names(tmp_path) == sorted([*before, "orders.zip"])


def test_many_at_once_do_not_take_each_others_drafts(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: write(tmp_path / f"{number % 5}.zip", b"x" * 1000), range(200)))
    assert names(tmp_path) == [f"{number}.zip" for number in range(5)]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "orders.zip", b"first")
    with pytest.raises(KeyboardInterrupt), drafted(tmp_path / "orders.zip"):
        raise KeyboardInterrupt
    assert (names(tmp_path), (tmp_path / "orders.zip").read_bytes()) == (["orders.zip"], b"first")
