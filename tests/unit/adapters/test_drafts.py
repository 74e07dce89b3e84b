"""Files that appear whole or not at all: while others write as well, and after a run was killed."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PosixPath

import pytest

from lambda_ci.adapters.drafts import PRIVATE, READABLE, copy_whole, drafted, write_whole

FULL = """\
import resource, sys
from pathlib import Path, PosixPath
from lambda_ci.adapters.drafts import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    write_whole(Path(sys.argv[1]), bytes(100_000))
except OSError:
    sys.exit(7)
"""

CHILD = """
import sys, time
from pathlib import Path
from lambda_ci.adapters.drafts import drafted
with drafted(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("begun", flush=True)
    time.sleep(60)
"""


class Interrupting(PosixPath):
    """A path at which the user presses Ctrl-C while the file gets its name."""

    @property
    def parent(self) -> Path:  # type: ignore[override]
        return Path(str(self)).parent

    def __fspath__(self) -> str:
        raise KeyboardInterrupt


@pytest.mark.parametrize("mode", [READABLE, PRIVATE])
def test_a_file_has_its_content_and_its_mode_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "note.json"
    before = os.umask(0o077)
    try:
        write_whole(path, b"content", mode=mode)
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"content", mode)
    assert [*tmp_path.iterdir()] == [path]


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    for content in (b"long content", b"short", b""):
        write_whole(tmp_path / "note", content)
        assert (tmp_path / "note").read_bytes() == content


def test_a_name_of_the_greatest_length_is_no_trouble(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), b"")
    assert len([*tmp_path.iterdir()]) == 1


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "note"
    path.write_bytes(b"before")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    environ = {"PYTHONPATH": str(Path(__file__).parents[3])}
    assert subprocess.run([sys.executable, "-c", FULL, path], env=environ, check=False).returncode == 7
    assert ([*tmp_path.iterdir()], path.read_bytes()) == ([path], b"before")


def test_a_name_that_cannot_be_taken_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "note" / "inner").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "note", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


@pytest.mark.parametrize("folder", ["missing", "file", "/proc"])
def test_a_folder_that_takes_no_file_is_an_oserror(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"directory|permitted|denied"):
        write_whole(tmp_path / folder / "note", b"content")


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_whole(Interrupting(tmp_path / "note"), b"content")
    assert [*tmp_path.iterdir()] == []


def test_many_writers_of_one_file_leave_one_whole_file(tmp_path: Path) -> None:
    contents = [bytes([number]) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda content: write_whole(tmp_path / "note", content), contents * 8))
    assert [path.name for path in tmp_path.iterdir()] == ["note"]
    assert (tmp_path / "note").read_bytes() in contents


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
    process.communicate(timeout=60)


def test_what_a_killed_run_left_goes_with_the_next_one(tmp_path: Path, child: subprocess.Popen[str]) -> None:
    end(child)
    assert len(names(tmp_path)) == 1
    write_whole(tmp_path / "users.zip", b"whole")
    assert names(tmp_path) == ["users.zip"]


def test_what_somebody_is_writing_stays(tmp_path: Path, child: subprocess.Popen[str]) -> None:
    write_whole(tmp_path / "orders.zip", b"whole")
    assert len(names(tmp_path)) == 2
    end(child)
    write_whole(tmp_path / "orders.zip", b"whole")
    assert names(tmp_path) == ["orders.zip"]


def test_files_of_others_stay(tmp_path: Path) -> None:
    for name in (
        ".lambda-ci.part",
        ".lambda-ci-0123456789zz.part",
        "lambda-ci-0123456789ab.part",
        ".0123456789ab.part",
    ):
        (tmp_path / name).write_text("")
    before = names(tmp_path)
    write_whole(tmp_path / "orders.zip", b"")
    assert names(tmp_path) == sorted([*before, "orders.zip"])


def test_many_at_once_do_not_take_each_others_drafts(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: write_whole(tmp_path / f"{number % 5}.zip", b"x" * 1000), range(200)))
    assert names(tmp_path) == [f"{number}.zip" for number in range(5)]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "orders.zip", b"first")
    with pytest.raises(KeyboardInterrupt), drafted(tmp_path / "orders.zip"):
        raise KeyboardInterrupt
    assert (names(tmp_path), (tmp_path / "orders.zip").read_bytes()) == (["orders.zip"], b"first")


def test_a_copy_is_readable_and_whole_and_leaves_the_source(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "made").write_bytes(b"x" * 3_000_000)
    (tmp_path / "made").chmod(0o600)
    copy_whole(tmp_path / "made", tmp_path / "cache/kept")
    assert (tmp_path / "cache/kept").read_bytes() == (tmp_path / "made").read_bytes()
    assert (names(tmp_path / "cache"), stat.S_IMODE((tmp_path / "cache/kept").stat().st_mode)) == (["kept"], READABLE)


def test_a_copy_of_what_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_whole(tmp_path / "made", tmp_path / "kept")
    assert names(tmp_path) == []


def test_without_a_mode_the_umask_decides(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "note.json", b"content", mode=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "note.json").stat().st_mode) == PRIVATE


def test_a_folder_without_drafts_is_looked_through_once_in_a_process(tmp_path: Path) -> None:
    write_whole(tmp_path / "one", b"")
    left = tmp_path / ".lambda-ci-0123456789ab.part"
    left.write_text("half")
    write_whole(tmp_path / "two", b"")
    assert left.exists(), "what is left over is left by earlier runs"
    code = "import sys; from pathlib import Path; from lambda_ci.adapters.drafts import write_whole; write_whole(Path(sys.argv[1]), b'')"
    environ = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "three")], env=environ, check=True)
    assert names(tmp_path) == ["one", "three", "two"]
