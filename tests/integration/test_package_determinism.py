"""The same inputs give the same bytes: on every Python that is here, in every folder, for every user's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pathspec
import pytest

from tests.fakes.project import HANDLER, Project
from tests.fakes.wheels import Entry

REPOSITORY = Path(__file__).parents[2]
VERSIONS = ["3.11", "3.12", "3.13", "3.14"]

SCRIPT = """
import os, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
from pathlib import Path
from types import SimpleNamespace
from lambda_ci.model.artifact import Wheel
from lambda_ci.model.settings import Function
from lambda_ci.model.target import Architecture, Target
from lambda_ci.package.assemble import assemble
root = Path(sys.argv[3])
os.umask(int(sys.argv[4], 8))
target = Target("python3.11", Architecture.X86_64)
audit = SimpleNamespace(waive=())
spec = SimpleNamespace(handler="app.handler", exclude=(), members={}, target=target, dispatch=False, environment=None, audit=audit)
wheels = [Wheel(name=path.name.split("-")[0], version="1.0", filename=path.name, path=path, sha256="", size=0) for path in sorted(root.glob("cache/*.whl"))]
function = Function(name="orders", spec=spec, source=root / "source", requirements=None)
print(assemble(function, wheels, output_dir=root / sys.argv[5]).sha256)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "here")
    project.write("app.py", HANDLER)
    project.write("sub/tool.sh", "#!/bin/sh\n").chmod(0o755)
    project.write("sub/é 🚀.txt", "names beyond ASCII")
    project.write("large.bin", bytes(range(256)) * 9000)
    project.write("skip.pyc", "")
    project.wheel(
        "one",
        {"one/__init__.py": b"x = 1\n" * 99, "one/slow.bin": Entry(b"slow" * 999, method=12), "shared.py": b"same"},
    )
    project.wheel(
        "two", {"two.py": Entry(b"y", descriptor=True), "shared.py": Entry(b"same", method=0), "two/ü.py": b""}
    )
    return project


def sha256(interpreter: str, root: Path, *, umask: str = "022", output: str = "dist", **environ: str) -> str:
    packages = str(Path(pathspec.__file__).parents[1])
    command = [interpreter, "-I", "-c", SCRIPT, str(REPOSITORY), packages, str(root), umask, output]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environ, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def python(version: str) -> str:
    """The interpreter's own path, behind whatever shim ``PATH`` has; empty where there is none."""
    shim = shutil.which(f"python{version}")
    command = [shim or sys.executable, "-c", "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"]
    environ = os.environ | {"PYENV_VERSION": version}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)
    path, _, found = done.stdout.strip().rpartition(" ")
    return path if found == version else ""


@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_writes_the_same_bytes(project: Project, version: str) -> None:
    interpreter = python(version)
    if not interpreter:
        pytest.skip(f"Python {version} is not on this machine")
    assert sha256(interpreter, project.root) == project.assemble().sha256


@pytest.mark.parametrize(
    ("umask", "environ"),
    [
        ("077", {"TZ": "Asia/Tokyo"}),
        ("000", {"TZ": "America/Los_Angeles", "LC_ALL": "C"}),
        ("027", {"LANG": "tr_TR.UTF-8"}),
    ],
)
def test_umask_time_zone_and_language_do_not_matter(project: Project, umask: str, environ: dict[str, str]) -> None:
    assert sha256(sys.executable, project.root, umask=umask, **environ) == project.assemble().sha256


def test_folder_times_modes_and_the_order_of_creation_do_not_matter(project: Project, tmp_path: Path) -> None:
    expected = project.assemble().sha256
    there = tmp_path / "a quite different place" / "there"
    for path in sorted(project.root.rglob("*"), reverse=True):
        if path.is_file() and path.suffix != ".zip":
            copy = there / path.relative_to(project.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o700 if path.stat().st_mode & 0o100 else 0o600)
            os.utime(copy, (86_400, 86_400))
    (there / "source" / "empty folder").mkdir()
    assert sha256(sys.executable, there, output="other") == expected
    assert sha256(sys.executable, there, output="source/dist") == expected
    assert sha256(sys.executable, there, output="source/dist") == expected
