from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.host import ASK, understood
from lambda_ci.adapters.interpreter import Absent, Errand, Interpreter, Interpreters, Late
from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.model.spec.packages import BuildSpec
from lambda_ci.model.target import Architecture, Target
from tests.fakes.processes import ended
from tests.fakes.quiet import quiet
from tests.fakes.workshop import HERE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "unix:///nonexistent/docker.sock"
UNKNOWN = Target("python3.99", Architecture.X86_64)


@pytest.fixture
def interpreters() -> Iterator[Interpreters]:
    environ = {"PATH": os.environ["PATH"], "DOCKER_HOST": NOWHERE}
    with Interpreters(uv=Uv(environ), console=quiet()[0]) as found:
        yield found


@pytest.fixture
def own(interpreters: Interpreters) -> Interpreter:
    found = interpreters.of(HERE, _build(), native=False, required=True)
    assert not isinstance(found, Absent)
    return found


def _build(**options: str) -> BuildSpec:
    return BuildSpec.model_validate(options)


def _errand(code: str, **options: object) -> Errand:
    return Errand(**({"code": textwrap.dedent(code), "seconds": 30} | options))  # type: ignore[arg-type]


def test_the_python_that_runs_lambda_ci_is_the_one_of_its_version(own: Interpreter) -> None:
    assert own.place == f"Python {'.'.join(map(str, sys.version_info[:3]))} on this machine"
    assert " ".join(sys.version.split()) in own.identity
    assert not own.is_image


def test_a_program_gets_its_files_and_arguments_and_nothing_else(own: Interpreter, tmp_path: Path) -> None:
    (tmp_path / "given").write_text("in")
    code = """
        import os, sys
        print(sys.argv[1:], sorted(os.listdir()), sorted(set(os.environ) - {"LC_CTYPE", "LD_LIBRARY_PATH"}), "site" in sys.modules)
        open("result", "w").write(open("file.txt").read() + " out")
        sys.exit(3)
    """
    errand = _errand(
        code,
        arguments=("one", "two words"),
        files={"file.txt": tmp_path / "given"},
        outputs=("result", "missing"),
        environment={"NAME": "value"},
        flags=("-S",),
    )
    done = own.run(errand, into=tmp_path)
    assert done.returncode == 3, done
    assert done.stdout.strip() == "['one', 'two words'] ['errand.py', 'file.txt'] ['NAME'] False"
    assert (tmp_path / "result").read_text() == "in out"
    assert not (tmp_path / "missing").exists()


def test_only_regular_files_are_taken(own: Interpreter, tmp_path: Path) -> None:
    code = "import os; os.symlink('/etc/passwd', 'link'); os.mkdir('folder'); os.mkfifo('pipe')"
    own.run(_errand(code, outputs=("link", "folder", "pipe")), into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_working_folder_is_gone_afterwards(own: Interpreter, tmp_path: Path) -> None:
    done = own.run(_errand("import os; print(os.getcwd()); os.mkdir('a'); os.chmod('a', 0)"), into=tmp_path)
    assert not os.path.exists(done.stdout.strip())  # noqa: PTH110


def test_what_is_late_is_stopped_with_everything_it_started(own: Interpreter, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"""
        import os, time
        child = os.fork()
        if child:
            open({str(note)!r}, "w").write(str(child))
        time.sleep(600)
    """
    for seconds in (1, 8, 64):  # A busy machine takes long to come to the fork.
        with pytest.raises(Late, match=f"did not end within {seconds} s"):
            own.run(_errand(code, seconds=seconds), into=tmp_path)
        if note.exists() and note.read_text():
            break
    assert ended(int(note.read_text()))


def test_a_signal_is_an_exit_code_as_in_a_shell(own: Interpreter, tmp_path: Path) -> None:
    done = own.run(_errand("import os; os.kill(os.getpid(), 9)"), into=tmp_path)
    assert done.returncode == 128 + signal.SIGKILL


def test_results_that_cannot_be_written_are_an_error_with_the_place(own: Interpreter, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot write"):
        own.run(_errand("open('result', 'w').write('x')", outputs=("result",)), into=tmp_path / "missing")


def test_what_compiled_modules_need_must_be_there(interpreters: Interpreters) -> None:
    other = Architecture.ARM64 if HERE.architecture.machine == os.uname().machine else Architecture.X86_64
    target = Target(HERE.runtime, other)
    found = interpreters.of(target, _build(), native=True, required=False)
    assert isinstance(found, Absent)
    assert found.why.startswith(f"this machine is {os.uname().machine}, and no Docker engine answers at {NOWHERE}")
    assert "uv python install" not in found.fix
    assert f"a machine with {other.machine}" in found.fix
    assert not isinstance(interpreters.of(target, _build(), native=False, required=False), Absent)


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        ("auto", "there is no CPython 3.99 on this machine, and no Docker engine answers"),
        ("wheels", "there is no CPython 3.99 on this machine, and no Docker engine answers"),
        ("container", "build.backend is container, and no Docker engine answers"),
        ("in-place", "there is no CPython 3.99 on this machine, and build.backend: in-place leaves no image"),
    ],
)
def test_what_is_missing_is_said_in_words(interpreters: Interpreters, backend: str, why: str) -> None:
    found = interpreters.of(UNKNOWN, _build(backend=backend), native=False, required=True)
    assert isinstance(found, Absent)
    assert found.why.startswith(why)
    assert found.fix


def test_only_the_image_will_do_where_it_was_asked_for(interpreters: Interpreters) -> None:
    assert isinstance(interpreters.of(HERE, _build(backend="container"), native=False, required=False), Absent)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "pypy cpython-311-x86_64-linux-gnu\n3.11.7\nFalse\n3.11.7",
        "cpython cpython-313t-x86_64-linux-gnu\n3.13.0\nFalse\n3.13.0",
        "cpython cpython-310-x86_64-linux-gnu\n3.10.1\nFalse\n3.10.1",
        "cpython None\n3.11.7\nFalse\n3.11.7",
        "cpython cpython-311-x86_64-linux-gnu\n3.11.7",
    ],
)
def test_only_the_cpython_that_lambda_has_is_taken(answer: str) -> None:
    assert understood(answer, "3.11") is None


def test_an_interpreter_says_what_it_is() -> None:
    told = subprocess.run([sys.executable, "-I", "-c", ASK], capture_output=True, text=True, check=True).stdout
    answer = understood(told, VERSION)
    assert answer is not None
    assert answer.release == ".".join(map(str, sys.version_info[:3]))
    assert "zlib" in answer.identity
    assert not answer.in_image
