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
    import threading
    from collections.abc import Callable, Mapping

GLIBC_MINORS = (17, 28, *range(31, 41))
"""The ``manylinux_2_X`` platforms that ``uv pip compile --python-platform`` takes (``uv pip compile --help``, uv 0.13.8)."""

_DEADLINE = 600.0


@dataclass(frozen=True)
class Uv:
    """``environ`` is passed on as it is, so that ``UV_*``, proxies, certificates and netrc work as users know them."""

    environ: Mapping[str, str] = field(repr=False)
    meanwhile: Callable[[], None] = field(default=lambda: None, repr=False)
    """Called while uv resolves."""

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
        command += self.own_python
        return self._run(command, cwd=cwd, input=input)

    def export(self, *arguments: str, cwd: Path) -> process.Completed:
        """``uv export`` of the project in ``cwd`` to a PEP 751 lock on standard output, without the project itself and without
        default groups; paths in it start from ``cwd``. Never raises for its exit code."""
        command = [str(self.program), "export", *arguments, "--format", "pylock.toml", "--no-default-groups"]
        command += [] if "--script" in arguments else ["--no-emit-project"]
        command += ["--no-header", "--no-progress", "--color", "never", "--no-python-downloads"]
        return self._run(command, cwd=cwd)

    @property
    def own_python(self) -> tuple[str, ...]:
        """The argument that makes uv use the Python that runs lambda-ci, where it needs one at all."""
        return ("--python", sys.executable) if sys.executable else ()

    def build_wheel(
        self,
        folder: Path,
        *,
        python: Path,
        output: Path,
        environ: Mapping[str, str],
        cwd: Path,
        seconds: float,
        cancelled: threading.Event,
    ) -> process.Completed:
        """``uv build --wheel`` of a source tree, in an environment of its own. Never raises for its exit code.

        ``environ`` is laid over uv's own environment. Raises BuildError when it is late or ``cancelled``.
        """
        command = [
            str(self.program),
            "build",
            "--wheel",
            str(folder),
            "--out-dir",
            str(output),
            "--python",
            str(python),
        ]
        command += ["--no-progress", "--color", "never", "--no-python-downloads", "--no-create-gitignore"]
        raising = process.Raising(advice="give it more time with build.timeout (minutes)")
        env = self._environment() | dict(environ)
        return process.run(command, env=env, cwd=cwd, timeout=seconds, raising=raising, cancelled=cancelled)

    @property
    def has_installed_pythons(self) -> bool:
        """Whether uv has installed interpreters of its own. Source: uv's reference, UV_PYTHON_INSTALL_DIR."""
        environ = self.environ
        data = environ.get("XDG_DATA_HOME") or f"{environ.get('HOME', '')}/.local/share"
        return Path(environ.get("UV_PYTHON_INSTALL_DIR") or f"{data}/uv/python").is_dir()

    def find_python(self, version: str) -> Path | None:
        """An interpreter of that version (``3.12``) on this machine; none is downloaded."""
        command = [str(self.program), "python", "find", version, "--no-python-downloads", "--no-project", "--system"]
        answer = process.run(command, env=self._environment(), timeout=60)
        found = answer.stdout.strip()
        return Path(found) if answer.returncode == 0 and found else None

    def _run(self, command: list[str], *, cwd: Path, input: str = "") -> process.Completed:
        env = self._environment()
        return process.run(command, env=env, cwd=cwd, timeout=_DEADLINE, input=input, meanwhile=self.meanwhile)

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
