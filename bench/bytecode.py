"""Cold starts with and without bytecode: an API function (pydantic, requests, cryptography, powertools, boto3).

Each import runs in a fresh process of the runtime's Python, from the unzipped package, which it cannot write, as on Lambda.
The builds are measured as well: the first one, which compiles, and one that finds the bytecode in the cache.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from typing import TYPE_CHECKING

from bench.harness import Contestant, Report, Target, measure
from bench.workshop import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

    from bench.harness import Measured
    from bench.workshop import Workshop

REQUIREMENTS = """\
aws-lambda-powertools
boto3
cryptography
pydantic
requests
"""
HANDLER = """\
import aws_lambda_powertools.event_handler
import boto3
import botocore.session
import cryptography.fernet
import pydantic
import requests


def handler(event, context):
    return {"statusCode": 200}
"""
CONFIG = f"""\
version: 1
build: {{import-check: never}}
package: {{sbom: false}}
functions:
  api:
    source: src
    handler: app.handler
    runtime: {RUNTIME}
    requirements: pylock.toml
    role: arn:aws:iam::123456789012:role/api
"""
MIB = 1 << 20


def run(workshop: Workshop, *, rounds: int) -> Report:
    """Build the function both ways, import it both ways."""
    folder = workshop.fresh("bytecode")
    _lay_out(folder, workshop)
    builds = measure(_builds(workshop, folder), rounds=rounds)
    imports = measure([_import(workshop, folder, name) for name in ("with", "without")], rounds=rounds)
    return Report(
        title=f"the import of an API function in a new process ({RUNTIME}), and what its bytecode costs",
        measured=[*imports, *builds],
        targets=_targets(folder, imports, builds),
    )


def _lay_out(folder: Path, workshop: Workshop) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(HANDLER)
    (folder / "requirements.in").write_text(REQUIREMENTS)
    (folder / "lambda-ci.yml").write_text(CONFIG)
    compile_ = [workshop.uv, "pip", "compile", "--quiet", "--format", "pylock.toml", "-o", "pylock.toml"]
    lock = Contestant(
        name="lock",
        command=[*compile_, "--python", sys.executable, "requirements.in"],
        cwd=folder,
        environ=workshop.environ,
    )
    measure([lock], rounds=0)


def _builds(workshop: Workshop, folder: Path) -> list[Contestant]:
    """The one that compiles loses its bytecode, and not its wheels, before each run; each loses the package."""
    cache = workshop.environ["LAMBDA_CI_CACHE"]
    forget = f"find {cache}/wheels -name 'bytecode-*' -delete; rm -rf {cache}/packages"
    again = f"rm -rf {cache}/packages"
    return [
        _build(workshop, folder, "without", before=again, bytecode="never"),
        _build(workshop, folder, "first", before=forget, bytecode="required"),
        _build(workshop, folder, "with", before=again, bytecode="required"),
    ]


def _build(workshop: Workshop, folder: Path, name: str, *, before: str, bytecode: str) -> Contestant:
    command = " ".join([*workshop.ours, "build", "--package-bytecode", bytecode, "--output-dir", name])
    titles = {"first": "build that compiles", "with": "build, bytecode cached", "without": "build without bytecode"}
    return Contestant(
        name=titles[name],
        command=["sh", "-c", f"{before}; {command}"],
        cwd=folder,
        environ=workshop.environ,
        outputs=[folder / name / "api.zip"],
    )


def _import(workshop: Workshop, folder: Path, name: str) -> Contestant:
    """``-B`` stands for the folder that cannot be written (root may write anywhere)."""
    task = folder / f"task-{name}"
    shutil.rmtree(task, ignore_errors=True)
    with zipfile.ZipFile(folder / name / "api.zip") as package:
        package.extractall(task)
    return Contestant(
        name=f"import {name} bytecode",
        command=[sys.executable, "-B", "-S", "-s", "-c", "import app; app.handler"],
        cwd=task,
        environ={**workshop.environ, "PYTHONPATH": str(task), "AWS_DEFAULT_REGION": "eu-west-1"},
    )


def _targets(folder: Path, imports: list[Measured], builds: list[Measured]) -> list[Target]:
    warm, cold = imports
    without, first, cached = builds
    zipped, bare = ((folder / name / "api.zip").stat().st_size / MIB for name in ("with", "without"))
    return [
        Target(what="cold import", value=cold.seconds / warm.seconds, limit=1.8, unit="times faster", at_least=True),
        Target(
            what=f"zip ({bare:.1f} MiB without, {zipped:.1f} MiB with)", value=zipped / bare, limit=1.5, unit="times"
        ),
        Target(what="compiling, once", value=first.seconds - without.seconds, limit=5, unit="s"),
        Target(what="every other build", value=cached.seconds - without.seconds, limit=0.5, unit="s"),
    ]
