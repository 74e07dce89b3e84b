"""Environment variables that shape what a build makes: the same source with others is another wheel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VERSION = re.compile(
    r"(?:SETUPTOOLS_SCM|VCS_VERSIONING)_PRETEND_VERSION(?:_FOR_(?P<name>\w+))?|"
    r"PDM_BUILD_SCM_VERSION|PBR_VERSION|POETRY_DYNAMIC_VERSIONING_BYPASS"
)
"""What stands for a version that would come from git, in the words of setuptools-scm (hatch-vcs too), pdm-backend, pbr, Poetry."""
_COMPILER = re.compile(r"CC|CXX|ARCHFLAGS|(?:C|CXX|CPP|LD|F|RUST)FLAGS")


def versions(environ: Mapping[str, str]) -> dict[str, str]:
    """What every build is given, wherever it is."""
    return {name: value for name, value in environ.items() if _VERSION.fullmatch(name)}


def shaping(distribution: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What counts for the wheel of one distribution."""
    return {name: value for name, value in sorted(environ.items()) if value and _counts(name, distribution)}


def _counts(name: str, distribution: str) -> bool:
    found = _VERSION.fullmatch(name)
    if found and found["name"]:
        return _normal(found["name"]) == _normal(distribution)
    return bool(found or _COMPILER.fullmatch(name))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).upper()
