"""A run that is ended while handlers are imported leaves nothing: no process, no file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKOUT = Path(__file__).resolve().parents[2]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
APP = """\
import os, time
open(os.environ["MARK"], "w").write(f"{os.getpid()} {os.path.dirname(os.getcwd())}")
time.sleep(600)
"""
PATIENCE = 240.0
FUNCTION = "  f{0}: {{handler: app.handler, source: src, runtime: python{1}, environment: {{MARK: {2}}}}}\n"


def started(folder: Path, functions: int) -> tuple[subprocess.Popen[bytes], list[tuple[int, Path]]]:
    """A build in the middle of its imports: each one's process, and the folder that it was unpacked in."""
    (folder / "src").mkdir()
    (folder / "src/app.py").write_text(APP + "def handler(event, context): ...\n")
    marks = [folder / f"mark-{number}" for number in range(functions)]
    text = "".join(FUNCTION.format(number, VERSION, mark) for number, mark in enumerate(marks))
    (folder / "lambda-ci.yml").write_text(f"version: 1\nfunctions:\n{text}")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(CHECKOUT),
        "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir()
    command = [sys.executable, "-m", "lambda_ci", "build", "--cache-dir", str(folder / "cache")]
    running = subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    waited_for(lambda: all(mark.exists() and mark.read_text() for mark in marks))
    words = [mark.read_text().split() for mark in marks]
    return running, [(int(pid), Path(root)) for pid, root in words]


def waited_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("functions", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_it_is_ended(tmp_path: Path, functions: int, number: signal.Signals) -> None:
    running, imports = started(tmp_path, functions)
    assert all(alive(pid) and root.is_dir() for pid, root in imports)
    running.send_signal(number)
    code = running.wait(PATIENCE)
    assert code == (-number if number is signal.SIGKILL else 130)
    waited_for(lambda: not any(alive(pid) or root.exists() for pid, root in imports))
    if number is not signal.SIGKILL:
        waited_for(lambda: not list((tmp_path / "tmp").iterdir()))
