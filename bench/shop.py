"""Many functions: the twelve of examples/shop, which share pydantic, requests, orjson and jinja2.

The packages are removed before each run, so that they are made anew; that they can be imported is found out once, at the end.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from bench.harness import Contestant, Report, Target, measure
from bench.workshop import CHECKOUT, RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workshop import Workshop


def run(workshop: Workshop, *, rounds: int) -> Report:
    """Build all twelve with each tool."""
    folder = workshop.fresh("shop")
    shutil.copytree(CHECKOUT / "examples" / "shop", folder / "shop")
    names = sorted(path.parent.name for path in (folder / "shop" / "src").glob("*/app.py"))
    contestants = [_ours(workshop, folder / "shop", names), _uv(workshop, folder, names), _sam(workshop, folder, names)]
    results = measure(contestants, rounds=rounds)
    _demand_that_all_import(folder / "shop" / "dist")
    ratio = results[2].seconds / results[0].seconds
    target = Target(what="against sam build", value=ratio, limit=30, unit="times faster", at_least=True)
    return Report(title=f"{len(names)} functions sharing four dependencies", measured=results, targets=[target])


def _ours(workshop: Workshop, folder: Path, names: list[str]) -> Contestant:
    return Contestant(
        name="lambda-ci build",
        command=[*workshop.ours, "build", "--runtime", RUNTIME, "--build-import-check", "never"],
        cwd=folder,
        environ=workshop.environ,
        outputs=[folder / "dist" / f"{name.replace('_', '-')}.zip" for name in names],
    )


def _uv(workshop: Workshop, folder: Path, names: list[str]) -> Contestant:
    steps = [
        f"cp -r {folder}/shop/src/{name} {folder}/uv/{name} && "
        + workshop.uv_and_zip(folder / "shop" / "requirements.txt", folder / "uv" / name)
        for name in names
    ]
    return Contestant(
        name=f"uv pip install --target, {workshop.packer}",
        command=["sh", "-c", " && ".join([f"mkdir {folder}/uv", *steps])],
        cwd=folder,
        environ=workshop.environ,
        outputs=[folder / "uv"],
    )


def _sam(workshop: Workshop, folder: Path, names: list[str]) -> Contestant:
    project = folder / "sam"
    shutil.copytree(folder / "shop" / "src", project / "src")
    for name in names:
        shutil.copy(folder / "shop" / "requirements.txt", project / "src" / name)
    (project / "template.yaml").write_text(_template(names))
    return Contestant(
        name="sam build (no zips)",
        command=[str(workshop.sam), "build"],
        cwd=project,
        environ=workshop.environ,
        outputs=[project / ".aws-sam" / "build" / _logical(name) / "orjson" / "__init__.py" for name in names],
    )


def _template(names: list[str]) -> str:
    properties = f"Handler: app.handler, Runtime: {RUNTIME}, Architectures: [x86_64]"
    functions = "".join(
        f"  {_logical(name)}:\n    Type: AWS::Serverless::Function\n    Properties: {{CodeUri: src/{name}, {properties}}}\n"
        for name in names
    )
    return f"Transform: AWS::Serverless-2016-10-31\nResources:\n{functions}"


def _logical(name: str) -> str:
    return name.title().replace("_", "")


def _demand_that_all_import(dist: Path) -> None:
    for path in sorted(dist.glob("*.zip")):
        folder = path.with_suffix("")
        with zipfile.ZipFile(path) as package:
            package.extractall(folder)
        code = f"import sys; sys.path.insert(0, {str(folder)!r}); import app, orjson, requests, jinja2; app.handler"
        subprocess.run([sys.executable, "-I", "-c", code], check=True)
