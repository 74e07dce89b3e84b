"""Where the benchmarks work (``.bench`` in the checkout), and the tools they compare with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAM = "aws-sam-cli==1.170.0"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """One folder per benchmark, one cache per tool, one environment for all."""

    root: Path
    sam: Path
    environ: Mapping[str, str]

    @property
    def uv(self) -> str:
        return uv.find_uv_bin()

    @property
    def ours(self) -> Sequence[str]:
        """lambda-ci as users start it: the installed command, or the module where it is not installed."""
        command = Path(sys.executable).parent / "lambda-ci"
        return [str(command)] if command.exists() else [sys.executable, "-m", "lambda_ci"]

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        folder = self.root / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def uv_and_zip(self, requirements: Path, target: Path) -> str:
        """Shell text that installs into ``target`` and packs it into ``target``.zip."""
        install = f"{self.uv} pip install --quiet --python {sys.executable} --target {target} -r {requirements}"
        return f"{install} && cd {target} && {self.pack} {target}.zip ."

    @property
    def pack(self) -> str:
        """Shell text that packs, before the names of the zip file and of what goes in."""
        return "zip -qr" if shutil.which("zip") else f"{sys.executable} -m zipfile -c"

    @property
    def packer(self) -> str:
        return "zip -r" if shutil.which("zip") else "python -m zipfile"


def workshop(root: Path) -> Workshop:
    """Make the folder (it hides itself from git) and the environment with the AWS SAM CLI."""
    root.mkdir(exist_ok=True)
    (root / ".gitignore").write_text("*\n")
    sam = root / f"sam-{SAM.partition('==')[2]}-{RUNTIME}"
    environ = {
        **os.environ,
        "LAMBDA_CI_CACHE": str(root / "cache"),
        "UV_CACHE_DIR": str(root / "uv-cache"),
        "SAM_CLI_TELEMETRY": "0",
        "PATH": os.pathsep.join([str(sam / "bin"), os.environ["PATH"]]),
    }
    for name in ("CI", "GITHUB_ACTIONS", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"):
        environ.pop(name, None)
    made = Workshop(root=root, sam=sam / "bin" / "sam", environ=environ)
    if not made.sam.exists():
        _install_sam(made, sam)
    return made


def _install_sam(workshop: Workshop, folder: Path) -> None:
    print(f"installing {SAM} into {folder} ...", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    make = [workshop.uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(folder)]
    fill = [workshop.uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), SAM]
    for command in (make, fill):
        subprocess.run(command, check=True, env=dict(workshop.environ))
