"""This machine, as far as building for another one needs to know it."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters import process
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from lambda_ci.adapters.uv import Uv

_ASK = "import sys, sysconfig; print(sys.implementation.name, sysconfig.get_config_var('SOABI')); print(sys.version)"


@dataclass(frozen=True, kw_only=True)
class Host:
    """``machine`` as wheels name it. ``glibc`` is ``None`` where the C library is another one."""

    machine: str
    glibc: tuple[int, int] | None
    python: Path | None
    """An interpreter of the target's minor version; ``None`` where there is none."""
    identity: str
    """What tells that interpreter from others: its version and build."""


def this_host(version: str, *, uv: Uv) -> Host:
    """This machine, with an interpreter of that version (``3.12``): lambda-ci's own, or one that uv finds."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}" == version
    python = Path(sys.executable) if own and sys.executable else uv.find_python(version)
    identity = _identity(python, version) if python else ""
    return Host(machine=_machine(), glibc=_glibc(), python=python if identity else None, identity=identity)


def _machine() -> str:
    name = platform.machine()
    return {"arm64": "aarch64", "AMD64": "x86_64"}.get(name, name)


def _glibc() -> tuple[int, int] | None:
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        major, minor = version.split(".")[:2]
    except (ValueError, OSError, AttributeError):
        return None
    return (int(major), int(minor)) if name == "glibc" else None


def _identity(python: Path, version: str) -> str:
    """Empty where it is not the CPython that Lambda has (PyPy, free-threaded) or does not start."""
    try:
        answer = process.run([str(python), "-I", "-c", _ASK], env={}, timeout=30)
    except BuildError:
        return ""
    expected = f"cpython cpython-{version.replace('.', '')}-"
    return " ".join(answer.stdout.split()) if answer.stdout.startswith(expected) else ""
