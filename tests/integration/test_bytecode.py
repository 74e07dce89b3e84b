"""Bytecode by the Pythons of this machine, of code as it is in use: the same bytes whatever happens around it, and faults."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pydantic
import pytest
import requests

from lambda_ci.wheels.bytecode import compiling
from tests.fakes.pythons import python

REPOSITORY = Path(__file__).parents[2]
PROGRAM = Path(compiling.__file__).with_name("program.py")
VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]
STAGE = """
import sys, tempfile
sys.path[:0] = [sys.argv[1]]
from pathlib import Path
from lambda_ci.adapters.interpreter_host import OnThisMachine
from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Wheel
from lambda_ci.wheels.bytecode.compiling import Compiler
from lambda_ci.wheels.bytecode.store import BytecodeStore
path = Path(sys.argv[3])
wheel = Wheel(name="real", version="1", filename=path.name, path=path, sha256="", size=path.stat().st_size)
target = OnThisMachine(python=Path(sys.argv[2]), place="the target's Python", identity="it", is_image=False)
with tempfile.TemporaryDirectory() as folder:
    compiler = Compiler(interpreter=target, store=BytecodeStore(path.parent.parent), folder=Path(folder))
    try:
        (overlay,) = compiler.wheels([wheel], starting=lambda count: print("compiling", flush=True)).values()
    except BuildError as error:
        print(error)
    else:
        print(overlay.sha256)
"""
WARMED = """
import runpy, sys
words = [sys.intern(word) for word in open(sys.argv[3], encoding="utf-8").read().split()]
import ast, collections, decimal, email.message, html, inspect, logging, typing, unittest, xml.dom
tables = {chr(n): setattr(decimal, chr(n), n) for n in range(256)}
sys.argv[:] = sys.argv[1:3]
sys.path[:0] = ["."]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Code as it is in use: pydantic and requests, as one wheel in a cache."""
    path = tmp_path / "cache" / "real" / "real-1.0-py3-none-any.whl"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for package in (pydantic, requests):
            folder = Path(str(package.__file__)).parent
            for source in sorted(folder.rglob("*.py")):
                archive.write(source, source.relative_to(folder.parent).as_posix())
    return path


def interpreter(version: str) -> str:
    found = python(version)
    if not found:
        pytest.skip(f"Python {version} is not on this machine")
    return found


def staged(runner: str, target: str, wheel: Path) -> str:
    """What the stage gives under one Python, with another one as the target's."""
    command = [runner, "-c", STAGE, str(REPOSITORY), target, str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout.split()[-1]


def compiled(target: str, wheel: Path, folder: Path, *, script: str = "", **environ: str) -> str:
    """The digest of what the program gives in one process with this environment."""
    folder.mkdir()
    shutil.copy(PROGRAM, folder / "errand.py")
    shutil.copy(PROGRAM.with_name("marshalled.py"), folder)
    job = {"source": str(wheel), "output": "out.zip", "prefix": "/var/task/", "wheel": True}
    (folder / "task.json").write_text(json.dumps({"jobs": [job]}))
    before = ["-c", script] if script else []
    command = [target, *before, "errand.py", "task.json", *([str(PROGRAM)] if script else [])]
    subprocess.run(command, cwd=folder, env={"PYTHONHASHSEED": "0", **environ}, timeout=300, check=True)
    return hashlib.sha256((folder / "out.zip").read_bytes()).hexdigest()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_warmed_process_gives_the_same_bytes_as_a_fresh_one(wheel: Path, tmp_path: Path, version: str) -> None:
    """marshal's own output differs between the two: it shows how many references there are to a constant."""
    target = interpreter(version)
    fresh = compiled(target, wheel, tmp_path / "fresh")
    assert compiled(target, wheel, tmp_path / "warmed", script=WARMED) == fresh
    shuffled = wheel.with_name("shuffled-1.0-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive, zipfile.ZipFile(shuffled, "w") as other:
        for info in random.Random(3).sample(archive.infolist(), len(archive.infolist())):
            other.writestr(info.filename, archive.read(info))
    assert compiled(target, shuffled, tmp_path / "shuffled", TZ="Asia/Tokyo", PYTHONOPTIMIZE="2") == fresh


@pytest.mark.parametrize("runner", ["3.11", "3.12", "3.13"])
def test_the_python_of_lambda_ci_does_not_matter(wheel: Path, tmp_path: Path, runner: str) -> None:
    target = interpreter("3.12")
    again = tmp_path / "again" / "real" / wheel.name
    shutil.copytree(wheel.parent, again.parent)
    assert staged(interpreter(runner), target, wheel) == staged(sys.executable, target, again)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_compiled_is_what_python_would_compile(wheel: Path, tmp_path: Path, version: str) -> None:
    target = interpreter(version)
    compiled(target, wheel, tmp_path / "work")
    code = """
import importlib.util, marshal, sys, warnings, zipfile
warnings.simplefilter("ignore")
sources, bytecode = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2])
count = 0
for name in bytecode.namelist():
    folder, _, stem = name.rpartition("/")
    path = folder[:-len("__pycache__")] + stem.rsplit(".", 2)[0] + ".py"
    data, source = bytecode.read(name), sources.read(path)
    assert data[:4] == importlib.util.MAGIC_NUMBER and data[8:16] == importlib.util.source_hash(source), name
    assert marshal.loads(data[16:]) == compile(source, "/var/task/" + path, "exec", dont_inherit=True), name
    count += 1
assert count > 60, count
"""
    command = [target, "-c", code, str(wheel), str(tmp_path / "work" / "out.zip")]
    subprocess.run(command, env={"PYTHONHASHSEED": "0"}, timeout=300, check=True)


def test_a_killed_run_leaves_nothing_that_the_next_one_believes(wheel: Path) -> None:
    command = [sys.executable, "-c", STAGE, str(REPOSITORY), sys.executable, str(wheel)]
    for number in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "compiling\n"
            time.sleep(random.Random(number).uniform(0, 1.0))
            process.send_signal(signal.SIGKILL)
        if list(wheel.parent.glob("bytecode-*")):
            break
    digest = staged(sys.executable, sys.executable, wheel)
    (overlay,) = wheel.parent.glob("bytecode-*")
    assert overlay.name.endswith(f"-{digest}.zip")
    assert hashlib.sha256(overlay.read_bytes()).hexdigest() == digest


def test_a_full_disk_is_an_error_with_the_reason(wheel: Path) -> None:
    arguments = [sys.executable, "-c", STAGE, str(REPOSITORY), sys.executable, str(wheel)]
    command = ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert "could not compile bytecode" in done.stdout, done
    assert "File too large" in done.stdout
    assert not list(wheel.parent.glob("bytecode-*"))


def test_an_interrupted_build_ends_at_once_and_leaves_nothing(wheel: Path, tmp_path: Path) -> None:
    project, temporary = tmp_path / "project", tmp_path / "temporary"
    (project / "src").mkdir(parents=True)
    temporary.mkdir()
    shutil.copy(wheel, project)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (project / "pylock.toml").write_text(f"""\
lock-version = "1.0"
created-by = "hand"
[[packages]]
name = "real"
version = "1.0"
wheels = [{{name = "{wheel.name}", path = "{wheel.name}", hashes = {{sha256 = "{digest}"}}}}]
""")
    (project / "src" / "app.py").write_text("def handler(event, context): ...\n")
    flags = ["--function-name", "one", "--source", "src", "--handler", "app.handler", "--requirements", "pylock.toml"]
    flags += ["--runtime", f"python{sys.version_info.major}.{sys.version_info.minor}"]
    environ = {**os.environ, "LAMBDA_CI_CACHE": str(tmp_path / "lambda-ci"), "TMPDIR": str(temporary)}
    environ["LAMBDA_CI_BUILD_IMPORT_CHECK"] = "never"
    command = [sys.executable, "-m", "lambda_ci", "build", *flags]
    with subprocess.Popen(command, cwd=project, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("compiling 1 wheel"):
                break
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert list(temporary.iterdir()) == []
    done = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "compiling 1 wheel" in done.stderr
