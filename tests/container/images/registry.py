"""A real container registry (Debian's ``docker-registry``) on 127.0.0.1, which asks for a name and a password.

Docker takes 127.0.0.0/8 for registries without TLS, so that nothing on the machine has to be changed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.fakes import ports
from tests.fakes.aws_ecr import RealRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = "docker-registry"
USER, PASSWORD = "AWS", "not-a-secret-password"
_HASH = "$2b$04$vjFmDJZq/Ooe19dng91YGOrMutobrGz1Qwmr4QKzIo9lxDamhKeXG"
"""bcrypt of the password, which is the only form that the registry takes."""


def is_there() -> bool:
    return shutil.which(PROGRAM) is not None


@contextmanager
def running(folder: Path) -> Iterator[RealRegistry]:
    """The registry, answering; it keeps its images in ``folder``."""
    address = f"127.0.0.1:{ports.reserved()}"
    (folder / "htpasswd").write_text(f"{USER}:{_HASH}\n")
    settings = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}, "delete": {"enabled": True}},
        "http": {"addr": address},
        "auth": {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.yml").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "serve", str(folder / "config.yml")], stdout=log, stderr=log)
    try:
        _wait(address, process)
        yield RealRegistry(address, USER, PASSWORD)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://{address}/v2/", timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the registry at {address} does not answer")
