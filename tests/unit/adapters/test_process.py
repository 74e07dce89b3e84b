from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.process import Raising, run
from lambda_ci.errors import AwsError, BuildError
from tests.fakes.processes import ended, runs, written

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = sys.executable


def test_any_exit_code_is_an_answer_with_both_streams() -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"
    done = run([PYTHON, "-c", script], env={}, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "err\n")


def test_environment_folder_and_input_are_what_was_handed_in(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['A'], os.environ.get('HOME'), os.getcwd(), sys.stdin.read())"
    done = run([PYTHON, "-c", script], env={"A": "1"}, cwd=tmp_path, timeout=60, input="çé")
    assert done.stdout.split() == ["1", "None", str(tmp_path), "çé"]


def test_output_that_is_not_utf8_is_shown_with_replacements() -> None:
    done = run([PYTHON, "-c", r"import sys; sys.stdout.buffer.write(b'a\xffb')"], env={}, timeout=60)
    assert done.stdout == "a\ufffdb"


def test_arguments_are_never_read_by_a_shell() -> None:
    done = run([PYTHON, "-c", "import sys; print(sys.argv[1])", "$(id); `id` *"], env={}, timeout=60)
    assert done.stdout == "$(id); `id` *\n"


def test_a_missing_program_is_named_with_what_to_do() -> None:
    with pytest.raises(BuildError, match="no-such-program") as caught:
        run(["no-such-program", "x"], env={}, timeout=1)
    assert "No such file" in caught.value.why
    assert "install" in caught.value.fix


def test_a_program_that_is_not_executable_or_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with pytest.raises(AwsError, match="plain"):
        run([str(tmp_path / "plain")], env={}, timeout=1, raising=Raising(failure=AwsError))
    with pytest.raises(BuildError, match="nowhere"):
        run([PYTHON], env={}, cwd=tmp_path / "nowhere", timeout=1)


def test_an_argument_with_a_zero_byte_is_reported() -> None:
    with pytest.raises(BuildError):
        run([PYTHON, "a\0b"], env={}, timeout=1)


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(f"{child.pid}\\n")
time.sleep(600)
"""


def test_at_the_deadline_the_program_and_its_children_are_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(BuildError, match="did not end within 0 s"):
        run([PYTHON, "-c", PARENT, str(note)], env={}, timeout=0.1, meanwhile=lambda: written(note))
    assert ended(int(note.read_text()))


def test_a_grandchild_that_left_the_group_and_holds_the_pipe_does_not_hold_us(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
        "open(sys.argv[1], 'w').write(f'{child.pid}\\n')"
    )
    with pytest.raises(BuildError):
        run([PYTHON, "-c", script, str(note)], env={}, timeout=0.1, meanwhile=lambda: written(note))
    assert runs(int(note.read_text()))
    os.kill(int(note.read_text()), signal.SIGKILL)


def test_an_interrupt_kills_the_program_and_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import sys\nfrom lambda_ci.adapters.process import run\n"
        "try:\n    run([sys.executable, '-c', sys.argv[1], sys.argv[2]], env={}, timeout=600)\n"
        "except KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    outer = subprocess.Popen([PYTHON, "-c", script, PARENT, str(note)], env={"PYTHONPATH": ":".join(sys.path)})
    written(note)
    outer.send_signal(signal.SIGINT)
    assert outer.wait(60) == 130
    assert ended(int(note.read_text()))


def test_credentials_in_a_command_that_is_late_are_not_shown() -> None:
    with pytest.raises(BuildError) as caught:
        run([PYTHON, "-c", "import time; time.sleep(600)#https://joe:secret@host/"], env={}, timeout=0.2)
    assert "secret" not in str(caught.value)


def test_something_else_is_done_while_it_runs(tmp_path: Path) -> None:
    """The program ends only when it sees what was done meanwhile."""
    sign = tmp_path / "sign"
    script = f"import pathlib, time\nwhile not pathlib.Path({str(sign)!r}).exists(): time.sleep(0.01)\nprint('seen')"
    assert run([PYTHON, "-c", script], env={}, timeout=60, meanwhile=sign.touch).stdout == "seen\n"


def test_what_fails_meanwhile_ends_the_program(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"import os, time; open({str(note)!r}, 'w').write(f'{{os.getpid()}}\\n'); time.sleep(600)"

    def interrupted() -> None:
        written(note)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([PYTHON, "-c", script], env={}, timeout=60, meanwhile=interrupted)
    assert ended(int(note.read_text()))
