"""Handlers imported in the image of the runtime: Lambda's own folders, user and Python."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.container.interpreters import OWN
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient

CONFIG = """\
version: 1
defaults: {{source: src, runtime: python{version}, environment: {{KEY: hunter2-hunter2}}}}
build: {{backend: container, image: "{image}", import-check: required}}
package: {{bytecode: never}}
functions:
"""
AS_ON_LAMBDA = """\
import os, sys, pwd, tempfile
import boto3
assert os.getcwd() == os.environ["LAMBDA_TASK_ROOT"] == "/var/task"
assert sys.path[:3] == ["/var/task", "/opt/python/lib/python{version}/site-packages", "/opt/python"], sys.path
assert sys.path[3:5] == ["/var/lang/lib/python{version}/site-packages", "/var/runtime"], sys.path
assert (os.getuid(), os.getgid(), os.getgroups()) == (993, 990, [])
assert boto3.__version__ == "1.35.0", boto3.__version__
assert __file__ == "/var/task/app.py"
tempfile.TemporaryFile().write(b"x")
def handler(event, context): ...
"""
FUNCTIONS = {
    "app": AS_ON_LAMBDA,
    "missing": "import nothing_at_all\n",
    "writes": "open('/var/task/new', 'w')\n",
    "crashes": "import ctypes\nctypes.string_at(0)\n",
}


@pytest.fixture
def cli(engine: DockerClient, base: str, tmp_path: Path) -> Cli:
    assert engine.ping()
    known = {name: os.environ[name] for name in ("PATH", "DOCKER_HOST") if name in os.environ}
    cli = Cli(tmp_path, {**known, "HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache")})
    lines = [f"  {name}: {{handler: {name}.handler}}\n" for name in FUNCTIONS]
    cli.write("lambda-ci.yml", CONFIG.format(version=OWN, image=base) + "".join(lines))
    for name, source in FUNCTIONS.items():
        cli.write(f"src/{name}.py", source.replace("{version}", OWN) + "\ndef handler(event, context): ...\n")
    return cli


def test_handlers_are_imported_in_the_image_as_lambda_does(cli: Cli, base: str) -> None:
    first = cli("build", "--json")
    assert first.code == 4
    app = first.function("app")
    assert "failure" not in app, first.err
    assert base in app["import"]["place"]
    failures = {name: one["failure"]["what"] for name, one in first.document["functions"].items() if "failure" in one}
    assert "there is no module 'nothing_at_all'" in failures["missing"]
    assert "it wrote into its own folder: new" in failures["writes"]
    assert "SIGSEGV" in failures["crashes"]
    assert "hunter2" not in first.out + first.err
    assert cli("build", "--function", "app", "--json").function("app")["import"]["before"] is True


def test_no_container_is_left(cli: Cli, engine: DockerClient) -> None:
    def ours() -> set[str]:
        return {str(one.id) for one in engine.containers.list(all=True, filters={"label": "lambda-ci.build"})}

    before = ours()
    cli("build", "--function", "app")
    assert ours() <= before
