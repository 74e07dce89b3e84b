"""The same requirements built by AWS's own builder (what `sam build` runs) and by lambda-ci, compared file by file.

Every difference has a reason that is written down here; one without a reason fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from uv import find_uv_bin

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKOUT = Path(__file__).resolve().parents[2]
BUILDER = "aws-lambda-builders==1.67.0"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
APP = "def handler(event, context):\n    return event\n"
CONFIG = f"""
version: 1
package: {{bytecode: never, sbom: false}}
functions:
  orders: {{source: src, handler: app.handler, runtime: {RUNTIME}}}
"""
BUILD = """
import sys
from aws_lambda_builders.builder import LambdaBuilder
source, artifacts, scratch, manifest, runtime = sys.argv[1:]
LambdaBuilder("python", "pip", None).build(source, artifacts, scratch, manifest, runtime=runtime, architecture="x86_64")
"""
KEPT = "the builder copies the dependency file into the package; it is of no use there"
SCRIPTS = (
    "the builder leaves NAME.data/scripts in the package; Lambda starts no scripts, and pip would put them into bin"
)
DATA = "the builder leaves NAME.data/data where nothing looks for it; pip and lambda-ci put it beside the packages"
MODES = "the builder unpacks without modes, so that programs are not executable; lambda-ci keeps what the wheel says"
SETS = {
    "pure": (["requests==2.34.2"], {KEPT, MODES}),
    "compiled": (["numpy==2.2.6", "pydantic==2.14.3", "cryptography==50.0.2"], {KEPT, MODES}),
    "data": (["jupyterlab-widgets==3.0.17", "jsonpointer==3.12"], {KEPT, SCRIPTS, DATA}),
    "namespaces": (["googleapis-common-protos==1.76.0", "google-auth==2.62.2"], {KEPT, MODES}),
    "boto3": (["boto3==1.44.5"], {KEPT, SCRIPTS}),
}

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(sys.version_info[:2] > (3, 13), reason=f"{BUILDER} and numpy 2.2 know Python up to 3.13"),
    pytest.mark.skipif(os.uname().machine != "x86_64", reason="compares packages for x86_64"),
]


@dataclass(frozen=True)
class Content:
    content: bytes
    mode: int


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the builder, and with pip, which it runs."""
    folder = tmp_path_factory.mktemp("builder") / "venv"
    for command in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(folder / "bin/python"), BUILDER, "pip"],
    ):
        subprocess.run([find_uv_bin(), *command], check=True, timeout=300)
    return folder / "bin"


def run(command: list[str], *, cwd: Path, **environ: str) -> str:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LAMBDA_CI_", "INPUT_", "PYTHON"))
    }
    done = subprocess.run(
        command, cwd=cwd, env=kept | environ, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ours(root: Path, requirements: list[str]) -> tuple[list[str], dict[str, Content]]:
    """What lambda-ci packages, and the versions that it found."""
    (root / "src").mkdir()
    (root / "lambda-ci.yml").write_text(CONFIG)
    (root / "src/app.py").write_text(APP)
    (root / "src/requirements.txt").write_text("\n".join(requirements))
    command = [sys.executable, "-m", "lambda_ci", "build", "--json"]
    told = run(command, cwd=root, PYTHONPATH=str(CHECKOUT), LAMBDA_CI_CACHE_DIR=str(root / "cache"))
    built = json.loads(told)["functions"]["orders"]
    pins = [f"{one['name']}=={one['version']}" for one in built["distributions"] if one["name"]]
    with ZipFile(built["path"]) as archive:
        infos = archive.infolist()
        return pins, {info.filename: Content(archive.read(info), info.external_attr >> 16 & 0o777) for info in infos}


def theirs(root: Path, pins: list[str], builder: Path) -> dict[str, Content]:
    """What the builder leaves to be zipped."""
    source, artifacts = root / "sam", root / "artifacts"
    source.mkdir()
    (source / "app.py").write_text(APP)
    (source / "requirements.txt").write_text("\n".join(pins))
    places = [source, artifacts, root / "scratch", source / "requirements.txt"]
    command = [str(builder / "python"), "-c", BUILD, *map(str, places), RUNTIME]
    run(command, cwd=root, PATH=f"{builder}:{os.environ['PATH']}")
    return {
        path.relative_to(artifacts).as_posix(): Content(path.read_bytes(), path.stat().st_mode & 0o777)
        for path in artifacts.rglob("*")
        if path.is_file()
    }


def reasons(mine: Mapping[str, Content], other: Mapping[str, Content]) -> dict[str, str]:
    """Each path that is not the same in both, and why; empty where nothing explains it."""
    found: dict[str, str] = {}
    for path, content in other.items():
        if path not in mine:
            found[path] = _only_theirs(path, content, mine)
        elif content.content != mine[path].content:
            found[path] = ""
        elif content.mode != mine[path].mode:
            found[path] = MODES if (mine[path].mode, content.mode) == (0o755, 0o644) else ""
    moved = {_installed(path) for path in found}
    return found | {path: DATA if path in moved else "" for path in mine.keys() - other.keys()}


def _only_theirs(path: str, content: Content, mine: Mapping[str, Content]) -> str:
    if path == "requirements.txt":
        return KEPT
    if re.match(r"[^/]+\.data/scripts/", path):
        return SCRIPTS
    installed = mine.get(_installed(path))
    return DATA if installed and installed.content == content.content else ""


def _installed(path: str) -> str:
    found = re.fullmatch(r"[^/]+\.data/data/(.+)", path)
    return found[1] if found else ""


@pytest.mark.parametrize("name", SETS)
def test_a_package_holds_what_aws_builder_packages_and_every_difference_has_a_reason(
    name: str, tmp_path: Path, builder: Path
) -> None:
    requirements, expected = SETS[name]
    pins, mine = ours(tmp_path, requirements)
    found = reasons(mine, theirs(tmp_path, pins, builder))
    assert [path for path, reason in found.items() if not reason] == []
    assert set(found.values()) == expected
