"""Wheels of every odd kind through the command: built, unpacked by others, compared, and run by a fresh Python."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.fakes.cli import Cli
from tests.fakes.odd_wheels import REFUSED, WORKING, Odd, content_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = f"""
version: 1
package: {{bytecode: never}}
functions:
  orders: {{source: src, handler: app.handler, runtime: {RUNTIME}}}
"""
CALL = "import sys; sys.path.insert(0, sys.argv[1]); import app; print(app.handler({}, None))"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "project", {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    cli.write("lambda-ci.yml", CONFIG)
    return cli


def put(cli: Cli, odd: Odd) -> None:
    """The wheels, a lock that names them, and a handler that imports what is in them."""
    packages = []
    for name, (tag, files) in odd.wheels.items():
        content = content_of(name, files)
        path = cli.write(f"wheels/{name}-1.0-{tag}.whl", "")
        path.write_bytes(content)
        packages.append(
            f'[[packages]]\nname = "{name}"\nversion = "1.0"\n[[packages.wheels]]\nname = "{path.name}"\n'
            f'path = "../wheels/{path.name}"\nhashes = {{sha256 = "{hashlib.sha256(content).hexdigest()}"}}\n'
        )
    cli.write("src/pylock.toml", 'lock-version = "1.0"\ncreated-by = "test"\n' + "".join(packages))
    imported = "".join(f"import {name}\n" for name in odd.imports)
    cli.write("src/app.py", f"{imported}def handler(event, context):\n    return {list(odd.imports)}\n")


def by_unzip(path: Path, folder: Path) -> None:
    if not shutil.which("unzip"):
        pytest.skip("unzip is not on this machine")
    subprocess.run(["unzip", "-q", str(path), "-d", str(folder)], check=True, timeout=600)


def by_zipfile(path: Path, folder: Path) -> None:
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        for info in archive.infolist():
            (folder / info.filename).chmod(info.external_attr >> 16 & 0o777)


@pytest.mark.parametrize("unpack", [by_unzip, by_zipfile])
@pytest.mark.parametrize("name", WORKING)
def test_an_odd_wheel_gives_an_ordinary_package_that_works(
    cli: Cli, tmp_path: Path, name: str, unpack: Callable[[Path, Path], None]
) -> None:
    put(cli, WORKING[name])
    ran = cli("build")
    assert ran.code == 0, ran.err
    unpacked = tmp_path / "unpacked"
    unpack(cli.folder / "dist/orders.zip", unpacked)
    found = {
        path.relative_to(unpacked).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o7777)
        for path in unpacked.rglob("*")
        if path.is_file()
    }
    own = {"app.py": ((cli.folder / "src/app.py").read_bytes(), 0o644)}
    assert found == WORKING[name].expected() | own
    called = subprocess.run(
        [sys.executable, "-I", "-B", "-c", CALL, str(unpacked)], capture_output=True, check=False, timeout=60
    )
    assert (called.returncode, called.stderr) == (0, b"")
    assert called.stdout.decode() == f"{list(WORKING[name].imports)}\n"


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_not_work_is_refused_and_says_why(cli: Cli, name: str) -> None:
    odd, code, word = REFUSED[name]
    put(cli, odd)
    ran = cli("build")
    assert ran.code == code
    assert word in ran.err
    assert "odd" in ran.err
    assert "Traceback" not in ran.err
    assert not (cli.folder / "dist/orders.zip").exists()


def test_what_is_waived_is_packaged_with_a_warning_and_only_for_the_distribution_that_is_named(cli: Cli) -> None:
    put(cli, REFUSED["too new a C library in truth"][0])
    refused = cli("build", "--audit-waive", "other")
    assert refused.code == 4
    assert "`audit: {waive: [odd]}`" in refused.err
    waived = cli("build", "--audit-waive", "odd, other")
    assert waived.code == 0, waived.err
    assert "waived: odd/_core.abi3.so (odd): needs GLIBC_2.99" in waived.err
    assert "names 'other', where the audit has nothing to waive" in waived.err
    with ZipFile(cli.folder / "dist/orders.zip") as archive:
        assert "odd/_core.abi3.so" in archive.namelist()
