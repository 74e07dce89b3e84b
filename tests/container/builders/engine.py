"""An engine of a test's own, whose disk can be small, which listens where it is told, and which can be killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import docker

from tests.fakes import ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from docker import DockerClient

_BRIDGE = Path("/sys/class/net/docker0")


def missing() -> str:
    """Why no engine can be started; empty where one can."""
    if os.geteuid() != 0:
        return "only root can start an engine"
    return "" if shutil.which("dockerd") else "dockerd is not installed"


@dataclass(kw_only=True)
class Daemon:
    """``folder`` holds everything that the engine writes."""

    folder: Path
    host: str
    _process: subprocess.Popen[bytes] | None = None
    _clients: list[DockerClient] = field(default_factory=list)

    @property
    def environ(self) -> Mapping[str, str]:
        return {"DOCKER_HOST": self.host}

    @property
    def client(self) -> DockerClient:
        self._clients.append(docker.DockerClient(base_url=self.host, timeout=300))
        return self._clients[-1]

    def start(self) -> None:
        """Until it answers. It touches nothing of the machine's network."""
        network = ["--iptables=false", "--ip-forward=false", *([] if _BRIDGE.exists() else ["--bridge", "none"])]
        command = ["dockerd", "--host", self.host, "--data-root", str(self.folder / "data"), *network]
        command += ["--exec-root", str(self.folder / "exec"), "--pidfile", str(self.folder / "pid")]
        for stale in ("pid", "exec/containerd/containerd.pid"):  # whose process may be a zombie
            (self.folder / stale).unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        _wait(self)

    def kill(self) -> None:
        """As a machine does that has no memory left; the containers go on."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)
        while self._clients:
            self._clients.pop().close()

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait(120)


@contextmanager
def running(folder: Path, *, size: str = "", port: bool = False) -> Iterator[Daemon]:
    """An engine, by a socket or by a ``port``, on a disk of ``size`` (as tmpfs takes it)."""
    folder.mkdir()
    if size:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    daemon = Daemon(
        folder=folder, host=f"tcp://127.0.0.1:{ports.reserved()}" if port else f"unix://{folder}/engine.sock"
    )
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()
        for pid in _remaining(folder):
            os.kill(pid, signal.SIGKILL)
        _unmount(folder)


def copied(source: DockerClient, image: str, target: Daemon) -> str:
    """Have an image of one engine in another one too; returns its name."""
    with closing(docker.DockerClient(base_url=target.host, timeout=300)) as client:
        client.images.load(b"".join(source.images.get(image).save(named=image)))
    return image


def _wait(daemon: Daemon) -> None:
    """Docker's client leaves its sockets open when it fails, so it is made only once something listens; its first question is
    answered when the engine is ready."""
    deadline = time.monotonic() + 180
    while not _listens(daemon.host):
        if time.monotonic() > deadline:
            raise AssertionError((daemon.folder / "log").read_text()[-2000:])
        time.sleep(0.1)
    with closing(docker.DockerClient(base_url=daemon.host, timeout=300)) as client:
        client.ping()


def _listens(host: str) -> bool:
    scheme, _, place = host.partition("://")
    address, _, port = place.rpartition(":")
    family = socket.AF_UNIX if scheme == "unix" else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trying:
        return trying.connect_ex(place if scheme == "unix" else (address, int(port))) == 0


def _remaining(folder: Path) -> list[int]:
    """containerd and its shims outlive the engine that started them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in command and b"containerd" in command.partition(b"\0")[0]:
            found.append(int(process.name))
    return found


def _unmount(folder: Path) -> None:
    places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    inside: Sequence[str] = [place for place in places if Path(place).is_relative_to(folder)]
    for place in sorted(inside, reverse=True):
        subprocess.run(["umount", "--lazy", place], check=False)
