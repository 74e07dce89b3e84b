"""Sources of packages that need nothing to be built: each carries its own build backend (PEP 517), which writes the wheel by hand.

files("demo", "1.0", tag="cp311-cp311-linux_x86_64")     the files of a project
sdist("demo", "1.0")                                     the same as a source archive
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_BACKEND = """
import os, pathlib, sys, time, zipfile

NAME, VERSION, TAG, REQUIRES = {name!r}, {version!r}, {tag!r}, {requires!r}
INFO = f"{{NAME}}-{{VERSION}}.dist-info"
METADATA = f"Metadata-Version: 2.2\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n" + "".join(
    f"Requires-Dist: {{one}}\\n" for one in REQUIRES
)
WHEEL = f"Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: {{TAG}}\\n"

def get_requires_for_build_wheel(config_settings=None):
    return []

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = pathlib.Path(metadata_directory, INFO)
    folder.mkdir()
    (folder / "METADATA").write_text(METADATA)
    (folder / "WHEEL").write_text(WHEEL)
    return INFO

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    {body}
    filename = f"{{NAME}}-{{VERSION}}-{{TAG}}.whl"
    members = {{f"{{NAME}}.py": pathlib.Path(f"{{NAME}}.py").read_text(), f"{{INFO}}/METADATA": METADATA, f"{{INFO}}/WHEEL": WHEEL}}
    members[f"{{INFO}}/RECORD"] = "".join(f"{{path}},,\\n" for path in members)
    with zipfile.ZipFile(pathlib.Path(wheel_directory, filename), "w") as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return filename
"""
_PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def files(
    name: str,
    version: str = "1.0",
    *,
    tag: str = "py3-none-any",
    body: str = "pass",
    requires: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The files of a project. ``body`` is Python that runs in the build; ``tag`` is the wheel's."""
    backend = _BACKEND.format(name=name, version=version, tag=tag, body=body, requires=tuple(requires))
    return {"pyproject.toml": _PROJECT, "backend.py": backend, f"{name}.py": f"NAME = {name!r}\n", **(more or {})}


def write(folder: Path, content: Mapping[str, str]) -> Path:
    """Put files into a folder."""
    for path, text in content.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def sdist(name: str, version: str = "1.0", *, requires: Sequence[str] = (), **options: str) -> bytes:
    """A source archive whose PKG-INFO tells everything, so that resolving it builds nothing."""
    content = files(
        name, version, requires=requires, tag=options.get("tag", "py3-none-any"), body=options.get("body", "pass")
    )
    content |= {path: text for path, text in options.items() if "." in path}
    told = "".join(f"Requires-Dist: {one}\n" for one in requires)
    content["PKG-INFO"] = f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n{told}"
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for path, text in content.items():
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return target.getvalue()
