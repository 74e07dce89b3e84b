"""The whole command gives the same bytes, of the package and of its papers, wherever, whenever and by whomever it is run.

Bytecode is left out: it is compared where it is made, and depends on whether the runtime's Python is at hand.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from tests.fakes.index import Index
from tests.fakes.index import wheel as small
from tests.fakes.odd_wheels import content_of
from tests.fakes.pythons import python
from tests.fakes.sources import files, write
from tests.fakes.wheels import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
SOMEBODY = 12345
CONFIG = """
version: 1
package: {bytecode: never}
functions:
  orders: {source: src, handler: app.handler, runtime: python3.12}
"""
ODD: list[tuple[str, bytes | Entry]] = [
    ("odd/__init__.py", Entry(b"x = 1\n" * 99, descriptor=True)),
    ("odd/sub/data.bin", b"data" * 999),
    ("other/ü.py", Entry(b"x = 1\n" * 99, method=0)),
]
"""Members in several shapes, one of them shared with another distribution."""
PAPERS = ("orders.zip", "orders.cdx.json", "orders.provenance.json")


@dataclass(frozen=True)
class Circumstances:
    """What must not matter. ``command`` goes before the interpreter; ``user`` owns the folder."""

    environ: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    folder: str = "project"
    python: str = sys.executable
    command: tuple[str, ...] = ()
    user: int | None = None
    reverse: bool = False


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody can read, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="lambda-ci-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index() as index:
        index.add("demo-1.0-py3-none-any.whl", small("demo", "1.0", requires=["other"], padding=300_000))
        index.add("other-2.0-py3-none-any.whl", small("other", "2.0", files={"other/ü.py": b"x = 1\n" * 99}))
        yield index


def project(root: Path, *, reverse: bool) -> None:
    """The same files, in one order of creation or the other."""
    contents = {
        "lambda-ci.yml": CONFIG.encode(),
        "src/app.py": b"import demo\ndef handler(event, context):\n    return event\n",
        "src/requirements.txt": b"demo\n../libs/local\n../wheels/odd-1.0-py3-none-any.whl\n",
        "wheels/odd-1.0-py3-none-any.whl": content_of("odd", ODD),
        "src/skip.pyc": b"",
        "src/sub/tool.sh": b"#!/bin/sh\n",
        "src/sub/é 🚀.txt": b"names beyond ASCII",
        "src/large.bin": bytes(range(256)) * 900,
    }
    for name, content in sorted(contents.items(), reverse=reverse):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name.endswith(".sh") else 0o644)
        os.utime(path, (86_400 + reverse, 86_400))
    write(root / "libs/local", files("local"))
    if reverse:
        (root / "src/empty folder").mkdir()


def build(place: Path, index: Index, now: Circumstances) -> list[str]:
    """The digests of what the command writes under these circumstances."""
    root = Path(tempfile.mkdtemp(dir=place)) / now.folder
    root.mkdir(parents=True)
    project(root, reverse=now.reverse)
    if now.user is not None:
        for path in [root.parent, *root.parent.rglob("*")]:
            os.chown(path, now.user, now.user)
    environ = {"PATH": os.environ["PATH"], "HOME": str(root.parent), "UV_CACHE_DIR": str(root.parent / "uv")}
    environ |= {"UV_DEFAULT_INDEX": index.simple, "LAMBDA_CI_CACHE_DIR": str(root.parent / "cache")}
    environ |= {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1", **now.environ}
    command = [*now.command, now.python, "-m", "lambda_ci", "build"]
    done = subprocess.run(
        command, cwd=root, env=environ, umask=now.umask, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return [hashlib.sha256((root / "dist" / name).read_bytes()).hexdigest() for name in PAPERS]


@pytest.fixture(scope="module")
def expected(place: Path, index: Index) -> list[str]:
    return build(place, index, Circumstances())


@pytest.mark.parametrize(
    "now",
    [
        Circumstances(umask=0o077, environ={"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LANG": "tr_TR.UTF-8"}),
        Circumstances(umask=0o000, environ={"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "2"}),
        Circumstances(folder="a quite/different größe/place", reverse=True, environ={"PYTHONHASHSEED": "99"}),
        Circumstances(umask=0o027, environ={"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}),
    ],
    ids=["umask 077, Turkish", "umask 000, C", "another folder", "umask 027, POSIX"],
)
def test_circumstances_do_not_matter(place: Path, index: Index, expected: list[str], now: Circumstances) -> None:
    assert build(place, index, now) == expected


def environment(place: Path, base: str) -> str:
    """A Python made from ``base`` with what lambda-ci needs, for everybody on this machine."""
    folder = place / f"venv-{hashlib.sha256(base.encode()).hexdigest()[:8]}"
    install = ["pip", "install", "--quiet", "--python", str(folder), "--requirement", "requirements/run.txt"]
    for command in (["venv", "--quiet", "--python", base, str(folder)], install):
        subprocess.run([find_uv_bin(), *command], cwd=CHECKOUT, check=True, timeout=300)
    return str(folder / "bin/python")


@pytest.fixture(scope="module")
def everybodys_python(place: Path) -> str:
    """A Python that somebody else can run as well."""
    test = "import sys, pathlib; assert sys.version_info >= (3, 11); pathlib.Path(sys.executable).resolve(strict=True)"
    for base in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([*become(SOMEBODY), base, "-c", test], check=False, cwd="/", capture_output=True)
        if done.returncode == 0:
            return environment(place, base)
    pytest.skip("no Python here can be run by somebody else")


def become(user: int) -> tuple[str, ...]:
    return ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")


@pytest.mark.network
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can become somebody else")
@pytest.mark.parametrize(("owner", "user"), [(0, 0), (SOMEBODY, 0), (SOMEBODY, SOMEBODY)])
def test_users_do_not_matter(
    place: Path, index: Index, expected: list[str], everybodys_python: str, owner: int, user: int
) -> None:
    now = Circumstances(user=owner, command=become(user), python=everybodys_python)
    assert build(place, index, now) == expected


@pytest.mark.network
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_python_that_runs_it_does_not_matter(place: Path, index: Index, expected: list[str], version: str) -> None:
    base = python(version)
    if not base:
        pytest.skip(f"Python {version} is not on this machine")
    assert build(place, index, Circumstances(python=environment(place, base))) == expected
