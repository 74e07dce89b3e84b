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
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.uv import Uv

ASK = """
import os, sys, sysconfig, zlib
text = b"".join(b"%d %d;" % (n, n * n % 977) for n in range(2000))
print(sys.implementation.name, sysconfig.get_config_var("SOABI"))
print("%d.%d.%d" % sys.version_info[:3])
print(sys.base_prefix == "/var/lang" and os.path.isdir("/var/runtime"))
print(sys.version, "zlib", zlib.ZLIB_RUNTIME_VERSION, zlib.crc32(zlib.compress(text, 9)))
"""
"""What an interpreter is asked about itself. Builds of zlib with the same version may compress differently: it is tried."""
LIBRARIES = "LD_LIBRARY_PATH"
"""Without it an interpreter may not find its own library: that of AWS's images, and those of GitHub's ``setup-python``."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an interpreter says of itself: ``release`` (``3.13.0``), and whether it is the one in AWS's image."""

    identity: str
    release: str
    in_image: bool


@dataclass(frozen=True, kw_only=True)
class Host:
    """``machine`` as wheels name it. ``glibc`` is ``None`` where the C library is another one."""

    machine: str
    glibc: tuple[int, int] | None
    python: Path | None
    """An interpreter of the target's minor version; ``None`` where there is none."""
    identity: str
    """What tells that interpreter from others: its version and build, and how its zlib compresses."""
    release: str = ""
    in_image: bool = False
    """Whether it is the interpreter of AWS's image, and lambda-ci runs in there."""


def this_host(version: str, *, uv: Uv) -> Host:
    """This machine, with an interpreter of that version (``3.12``): lambda-ci's own, one on the PATH, or one that uv installed."""
    machine, glibc = _machine(), _glibc()
    for python in _candidates(version, uv):
        if answer := _asked(python, version, uv.environ):
            return Host(
                machine=machine,
                glibc=glibc,
                python=python,
                identity=answer.identity,
                release=answer.release,
                in_image=answer.in_image,
            )
    return Host(machine=machine, glibc=glibc, python=None, identity="")


def _candidates(version: str, uv: Uv) -> Iterator[Path]:
    """uv looks for an interpreter by starting all that there are: it is asked only where it may have installed one itself."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}" == version
    if own and sys.executable:
        yield Path(sys.executable)
        return
    folders = dict.fromkeys(filter(None, uv.environ.get("PATH", "").split(os.pathsep)))
    for folder in folders:
        python = Path(folder) / f"python{version}"
        if os.access(python, os.X_OK):
            yield python
    if uv.has_installed_pythons and (found := uv.find_python(version)):
        yield found


def understood(text: str, version: str) -> Answer | None:
    """What an interpreter answered to ``ASK``; ``None`` where it is not the CPython that Lambda has (PyPy, free-threaded)."""
    lines = text.splitlines()
    if len(lines) < 4 or not lines[0].startswith(f"cpython cpython-{version.replace('.', '')}-"):
        return None
    identity = " ".join(" ".join((lines[0], *lines[3:])).split())
    return Answer(identity=identity, release=lines[1], in_image=lines[2] == "True")


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


def _asked(python: Path, version: str, environ: Mapping[str, str]) -> Answer | None:
    """``None`` also where it does not start."""
    try:
        answer = process.run([str(python), "-I", "-c", ASK], env=libraries(environ), timeout=30)
    except BuildError:
        return None
    return understood(answer.stdout, version)


def libraries(environ: Mapping[str, str]) -> dict[str, str]:
    """What an interpreter of this machine needs of the environment to start."""
    return {LIBRARIES: environ[LIBRARIES]} if environ.get(LIBRARIES) else {}
