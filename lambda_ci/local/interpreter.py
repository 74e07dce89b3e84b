"""The Python that local functions run with: the standard library and boto3, as on Lambda, and nothing of this program's."""

from __future__ import annotations

import shutil
import sys
import venv
from importlib.metadata import Distribution, distribution
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROVIDED = "boto3"
"""What the Lambda runtime has besides the standard library. https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""


def prepare(folder: Path) -> Path:
    """Make a virtual environment in ``folder`` (made anew) that links boto3 and what it needs; returns its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    packages = folder / "lib" / f"python{version()}" / "site-packages"
    for one in _closure(PROVIDED, seen=set()):
        _link(one, packages)
    return folder / "bin" / "python"


def version() -> str:
    """The version of Python that local functions run with, as in ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _closure(name: str, *, seen: set[str]) -> Iterator[Distribution]:
    if name in seen:
        return
    seen.add(name)
    found = distribution(name)
    yield found
    for requirement in map(Requirement, found.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from _closure(requirement.name, seen=seen)


def _link(one: Distribution, packages: Path) -> None:
    tops = {file.parts[0] for file in one.files or ()} - {"..", "__pycache__"}
    for top in sorted(tops):
        (packages / top).symlink_to(str(one.locate_file(top)))
