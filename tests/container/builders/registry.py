"""A registry of images on this machine: Debian's ``docker-registry``, open or with a password, on a folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes import ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient

PROGRAM = "docker-registry"
USER, PASSWORD = "joe", "open-sesame"
_HASHED = "joe:$2b$05$eT/OdNAF1dmTCLLAGYZCfus0BpRpDwrkMdCEHIEpx/a3N5n1.DOJK\n"
_SETTINGS = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
_PROTECTED = "auth: {{htpasswd: {{realm: tests, path: {passwords}}}}}\n"


@dataclass(frozen=True, kw_only=True)
class Registry:
    address: str
    """``127.0.0.1:PORT``, which engines take without TLS."""
    process: subprocess.Popen[bytes]

    def push(self, engine: DockerClient, image: str, repository: str, *, tag: str) -> str:
        """Push an image of the engine, which forgets it under that name; returns the digest."""
        name = f"{self.address}/{repository}"
        engine.api.tag(image, name, tag)
        told = list(engine.api.push(name, tag=tag, stream=True, decode=True))
        engine.images.remove(f"{name}:{tag}")
        return next(str(line["aux"]["Digest"]) for line in told if line.get("aux"))

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def missing() -> str:
    """Why there can be no registry; empty where there can."""
    return "" if shutil.which(PROGRAM) else f"{PROGRAM} is not installed"


@contextmanager
def serving(folder: Path, *, protected: bool = False) -> Iterator[Registry]:
    """A registry over ``folder``, which several may share."""
    port = ports.reserved()
    settings = _SETTINGS.format(storage=folder / "storage", port=port)
    if protected:
        (folder / "passwords").write_text(_HASHED)
        settings += _PROTECTED.format(passwords=folder / "passwords")
    file = folder / f"{port}.yml"
    file.write_text(settings)
    with subprocess.Popen([PROGRAM, "serve", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        registry = Registry(address=f"127.0.0.1:{port}", process=process)
        try:
            _wait(port)
            yield registry
        finally:
            registry.end()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
