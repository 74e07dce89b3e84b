"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PosixPath

import pytest

from lambda_ci.adapters.whole import PRIVATE, READABLE, write_whole

FULL = """\
import resource, sys
from pathlib import Path, PosixPath
from lambda_ci.adapters.whole import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    write_whole(Path(sys.argv[1]), bytes(100_000))
except OSError:
    sys.exit(7)
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
