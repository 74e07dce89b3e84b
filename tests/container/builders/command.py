"""A project whose one package is built in an image, and the command that builds it, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docker.errors import APIError

from tests.container.builders.conftest import containers
from tests.fakes.sources import write
from tests.fakes.workshop import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docker import DockerClient

ROOT = Path(__file__).parents[3]
_FUNCTION = {"src/app.py": "def handler(event, context):\n    return event\n", "src/requirements.txt": "../local\n"}
_ROLE = "arn:aws:iam::123456789012:role/hello"


@dataclass(kw_only=True)
class Command:
    """``lambda-ci build`` in ``folder``. ``environ`` is laid over this process's."""

    folder: Path
    engine: DockerClient
    image: str
    runtime: str = HERE.runtime
    options: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    _before: set[str] = field(default_factory=set)

    def write(self, package: Mapping[str, str]) -> None:
        """The function, and the package that it needs."""
        write(self.folder, _FUNCTION)
        write(self.folder / "local", package)

    @property
    def arguments(self) -> list[str]:
        return [
            *("build", "--function-name", "hello", "--handler", "app.handler", "--runtime", self.runtime),
            *("--source", "src", "--role", _ROLE, "--cache-dir", str(self.folder / "cache")),
            *("--build-backend", "container", "--build-image", self.image, *self.options),
        ]

    def start(self) -> subprocess.Popen[str]:
        self._before = set(containers(self.engine))
        environ = {**os.environ, "PYTHONPATH": str(ROOT), **self.environ}
        command = [sys.executable, "-m", "lambda_ci", *self.arguments]
        return subprocess.Popen(command, cwd=self.folder, env=environ, stderr=subprocess.PIPE, text=True)

    def run(self) -> subprocess.CompletedProcess[str]:
        with self.start() as process:
            _, log = process.communicate(timeout=900)
        return subprocess.CompletedProcess(process.args, process.returncode, "", log)

    def wait_for(self, text: str) -> str:
        """The container that was not there before, once a program runs in it that has ``text`` in its command line."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            for container in set(containers(self.engine)) - self._before:
                with suppress(APIError):  # It may not run yet.
                    if text in str(self.engine.api.top(container, ps_args="-efww")["Processes"]):
                        return container
            time.sleep(0.05)
        pytest.fail(f"no build came to {text}")
