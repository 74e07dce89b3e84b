"""uv, which resolves. It is found in lambda-ci's own environment first, then on PATH."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from lambda_ci.adapters import process
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

GLIBC_MINORS = (17, 28, *range(31, 41))
"""The ``manylinux_2_X`` platforms that ``uv pip compile --python-platform`` takes (``uv pip compile --help``, uv 0.13.8)."""

_DEADLINE = 600.0


@dataclass(frozen=True)
class Uv:
    """``environ`` is passed on as it is, so that ``UV_*``, proxies, certificates and netrc work as users know them."""

    environ: Mapping[str, str] = field(repr=False)

    @cached_property
    def program(self) -> Path:
        """Raises BuildError when there is no uv."""
        found = _installed() or shutil.which("uv", path=self.environ.get("PATH", ""))
        if not found:
            raise BuildError(
                "uv is not installed, and dependencies cannot be resolved without it",
                why="it is neither in lambda-ci's own environment nor on PATH",
                fix="install it (`pip install uv`), or give a pylock.toml, which needs no resolving",
            )
        return Path(found)

    @cached_property
    def identity(self) -> str:
        """What tells this uv from others, without starting it: its version, or its file's size and time."""
        if _installed() == str(self.program):
            try:
                return f"uv {version('uv')}"
            except PackageNotFoundError:
                pass
        stat = self.program.stat()
        return f"{self.program} {stat.st_size} {stat.st_mtime_ns}"

    def compile(self, *arguments: str, cwd: Path, input: str = "") -> process.Completed:
        """``uv pip compile`` to a PEP 751 lock on standard output; paths in it start from ``cwd``. Never raises for its exit code."""
        command = [str(self.program), "pip", "compile", *arguments, "--format", "pylock.toml"]
        command += ["--no-header", "--no-progress", "--color", "never", "--no-python-downloads"]
        command += ["--python", sys.executable] if sys.executable else []
        return process.run(command, env=self._environment(), cwd=cwd, timeout=_DEADLINE, input=input)

    def _environment(self) -> dict[str, str]:
        """A private certificate authority given by SSL_CERT_FILE means that the machine's own store is to be trusted."""
        trust = {"UV_SYSTEM_CERTS": "1"} if self.environ.get("SSL_CERT_FILE") else {}
        return trust | dict(self.environ)


def _installed() -> str:
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ImportError, FileNotFoundError):
        return ""
