"""The Pythons of this machine, by version: on PATH, and those that pyenv and uv keep."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
_KEPT = (".pyenv/versions", ".local/share/uv/python")
_ASK = (
    "import json, sys, sysconfig; path = sysconfig.get_path; "
    "print(json.dumps([sys.implementation.name, sys.version, sys.base_prefix, path('stdlib'), path('include')]))"
)


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that runs. ``version`` is ``3.12``, ``build`` all that it says of itself."""

    version: str
    build: str
    program: Path
    prefix: Path
    library: Path
    headers: Path


def interpreter(version: str = OWN) -> Interpreter | None:
    """The first that is found and runs; ``None`` where there is none of that version."""
    return next(filter(None, (_asked(program, version) for program in _candidates(version))), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    if version == OWN:
        yield Path(sys.executable)
    for folder in _KEPT:
        yield from sorted((Path.home() / folder).glob(f"*{version}.*/bin/{name}"), reverse=True)
    if found := shutil.which(name):
        yield Path(found)


def _asked(program: Path, version: str) -> Interpreter | None:
    done = subprocess.run([program, "-I", "-c", _ASK], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    kind, build, prefix, library, headers = json.loads(done.stdout)
    if kind != "cpython" or not build.startswith(f"{version}."):
        return None
    return Interpreter(
        version=version,
        build=build,
        program=program,
        prefix=Path(prefix),
        library=Path(library),
        headers=Path(headers),
    )
