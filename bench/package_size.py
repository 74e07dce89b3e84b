"""One large package: numpy + pandas + pyarrow, about 71 MB zipped, 240 MB unzipped.

The package is removed before each run, so that it is made anew. Its static checks are on; that it can be imported is found out
once, at the end, because no rival does.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from bench.harness import Contestant, Measured, Report, Target, measure
from bench.workshop import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workshop import Workshop

REQUIREMENTS = """\
numpy==2.2.6; python_version < "3.14"
numpy==2.3.5; python_version >= "3.14"
pandas==2.2.3; python_version < "3.14"
pandas==2.3.3; python_version >= "3.14"
pyarrow==18.1.0; python_version < "3.14"
pyarrow==22.0.0; python_version >= "3.14"
python-dateutil==2.9.0.post0
pytz==2025.2
six==1.17.0
tzdata==2025.2
"""
HANDLER = """\
import numpy
import pandas
import pyarrow


def handler(event, context):
    table = pyarrow.Table.from_pandas(pandas.DataFrame({"n": numpy.arange(event["n"])}))
    return {"rows": table.num_rows}
"""
CONFIG = f"""\
version: 1
functions:
  large:
    source: src
    handler: app.handler
    runtime: {RUNTIME}
    role: arn:aws:iam::123456789012:role/large
"""
TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Large:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: src, Handler: app.handler, Runtime: {RUNTIME}, Architectures: [x86_64]}}
"""


def run(workshop: Workshop, *, rounds: int) -> Report:
    """Build the package with each tool."""
    folder = workshop.fresh("package_size")
    lay_out(folder)
    results = measure(_contestants(workshop, folder), rounds=rounds)
    _demand_that_it_imports(folder)
    return Report(title="numpy + pandas + pyarrow, one package", measured=results, targets=_targets(results))


def lay_out(folder: Path) -> None:
    """The project, for lambda-ci and for sam."""
    (folder / "src").mkdir()
    (folder / "src" / "requirements.txt").write_text(REQUIREMENTS)
    (folder / "src" / "app.py").write_text(HANDLER)
    (folder / "lambda-ci.yml").write_text(CONFIG)
    (folder / "template.yaml").write_text(TEMPLATE)


def _contestants(workshop: Workshop, folder: Path) -> list[Contestant]:
    target, built = folder / "uv", folder / ".aws-sam" / "build" / "Large"
    sam = Contestant(
        name="sam build (no zip)",
        command=[str(workshop.sam), "build"],
        cwd=folder,
        environ=workshop.environ,
        outputs=[built / "pyarrow" / "__init__.py"],
    )
    zipped = Contestant(
        name=f"sam build, {workshop.packer}",
        command=["sh", "-c", f"{workshop.sam} build && cd {built} && {workshop.pack} {folder / 'sam.zip'} ."],
        cwd=folder,
        environ=workshop.environ,
        outputs=[folder / "sam.zip"],
    )
    return [
        Contestant(
            name="lambda-ci build",
            command=[*workshop.ours, "build", "--build-import-check", "never"],
            cwd=folder,
            environ=workshop.environ,
            outputs=[folder / "dist" / "large.zip"],
        ),
        Contestant(
            name=f"uv pip install --target, {workshop.packer}",
            command=["sh", "-c", workshop.uv_and_zip(folder / "src" / "requirements.txt", target)],
            cwd=folder,
            environ=workshop.environ,
            outputs=[target, folder / "uv.zip"],
        ),
        sam,
        zipped,
    ]


def _demand_that_it_imports(folder: Path) -> None:
    with zipfile.ZipFile(folder / "dist" / "large.zip") as package:
        package.extractall(folder / "unzipped")
    code = "import app; assert app.handler({'n': 7}, None) == {'rows': 7}, 'wrong answer'; print(app.pyarrow.__file__)"
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(folder / 'unzipped')!r}); {code}"]
    imported = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert imported.startswith(str(folder)), imported


def _targets(results: list[Measured]) -> list[Target]:
    ours, uv, sam, zipped = results
    return [
        Target(what="against uv + zip", value=uv.seconds / ours.seconds, limit=20, unit="times faster", at_least=True),
        Target(
            what="against sam build", value=sam.seconds / ours.seconds, limit=40, unit="times faster", at_least=True
        ),
        Target(
            what="against sam build + zip",
            value=zipped.seconds / ours.seconds,
            limit=40,
            unit="times faster",
            at_least=True,
        ),
        Target(what="peak memory", value=ours.peak_mib, limit=120, unit="MiB"),
    ]
