"""Docker, as far as building needs it: images by digest, and containers that never stay.

Files travel as tar streams and never as bind mounts, so that it works from inside a container, with an engine on another
machine, and with Docker in Docker. A container ends by itself when its time is over, whatever became of lambda-ci.
"""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lambda_ci.adapters.docker_container import PLATFORMS, Container, Image, remove
from lambda_ci.adapters.docker_errors import explain, no_engine, wrong_platform
from lambda_ci.adapters.docker_owner import is_gone, owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from docker import DockerClient

LABEL = "lambda-ci.build"
OWNER = "lambda-ci.owner"
_INDEXES = ("image.index.", "manifest.list.")
_SOCKET = "unix:///var/run/docker.sock"
_KNOCK = 10
_ANSWER = 120
"""Seconds that the engine may be silent, except while something runs or is pulled."""


@contextmanager
def engine(environ: Mapping[str, str]) -> Iterator[Engine]:
    """The engine that DOCKER_HOST names, or this machine's. Raises BuildError where none answers."""
    settings = _settings(environ)
    with ExitStack() as stack:
        try:
            _knock(settings.get("DOCKER_HOST", _SOCKET))
            import docker

            client = docker.DockerClient.from_env(
                environment=settings, timeout=_ANSWER, use_ssh_client=True, version="auto"
            )
            stack.callback(client.close)
            client.ping()
        except Exception as error:
            raise no_engine(error, host=environ.get("DOCKER_HOST", "")) from error
        yield Engine(client)


def _knock(host: str) -> None:
    """Raises OSError where nobody listens. The client's own error says less, and it leaves the socket open."""
    kind, _, place = host.partition("://")
    if kind == "unix":
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(_ANSWER)
            knocking.connect(place)
    elif kind == "tcp" and (found := urlsplit(host)).hostname and found.port:
        socket.create_connection((found.hostname, found.port), timeout=_KNOCK).close()


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Without DOCKER_HOST: where the engine listens on this machine (Docker's own place, or one without root)."""
    home, runtime = environ.get("HOME", ""), environ.get("XDG_RUNTIME_DIR", "")
    places = [_SOCKET.removeprefix("unix://"), f"{runtime}/docker.sock", f"{home}/.docker/run/docker.sock"]
    found = next((place for place in places if Path(place).is_socket()), "")
    return ({"DOCKER_HOST": f"unix://{found}"} if found else {}) | {**environ}


@dataclass(frozen=True)
class Engine:
    """A Docker engine that answers."""

    client: DockerClient = field(repr=False)

    def digest(self, name: str, *, architecture: str) -> str:
        """The digest of an image without pulling it, where the engine or the registry tells. Raises BuildError."""
        with explain(f"find the image {name}", image=name):
            if found := self._local(name, architecture):
                return found.digest
            return str(self.client.api.inspect_distribution(name)["Descriptor"]["digest"])  # type: ignore[no-untyped-call]

    @property
    def architecture(self) -> str:
        """Lambda's name of what the engine's own machine is; the machine's own name where Lambda has none. Raises BuildError."""
        with explain("tell its architecture", image=""):
            machine = str(self.client.version().get("Arch", ""))
        return next((name for name, (_, theirs) in PLATFORMS.items() if theirs == machine), machine)

    def find(self, name: str, *, architecture: str) -> Image | None:
        """The image, where the engine has it already. Raises BuildError."""
        with explain(f"find the image {name}", image=name):
            return self._local(name, architecture)

    def image(self, name: str, *, architecture: str, pulling: Callable[[], None]) -> Image:
        """The image for that architecture: the engine's own or pulled. Raises BuildError."""
        with explain(f"find the image {name}", image=name):
            if found := self._local(name, architecture):
                return found
        pulling()
        with explain(f"pull the image {name}", image=name):
            self._pull(name, platform=PLATFORMS[architecture][0])
            if found := self._local(name, architecture):
                return found
            raise wrong_platform(name, architecture)

    def _pull(self, name: str, *, platform: str) -> None:
        from docker.errors import APIError
        from docker.utils import parse_repository_tag

        repository, tag = parse_repository_tag(name)
        for line in self.client.api.pull(repository, tag=tag or "latest", stream=True, decode=True, platform=platform):
            if "error" in line:
                raise APIError(str(line["error"]))

    def _local(self, name: str, architecture: str) -> Image | None:
        from docker.errors import ImageNotFound

        try:
            found: Mapping[str, Any] = self.client.api.inspect_image(name)  # type: ignore[no-untyped-call]
        except ImageNotFound:
            return None
        if not _is_for(found, PLATFORMS[architecture][1]):
            return None
        return Image(name=name, id=found["Id"], digest=_digest(found, name), architecture=architecture)

    @contextmanager
    def container(self, image: Image, *, seconds: float) -> Iterator[Container]:
        """A container that waits for work and is removed on every exit; after ``seconds`` also without us.

        Raises BuildError when it cannot be started, or its time was over.
        """
        with explain("remove the containers of runs that were killed", image=image.name):
            self._sweep()
        platform = PLATFORMS[image.architecture][0]
        with explain(f"start a container of {image.name}", image=image.name, platform=platform):
            created = self.client.api.create_container(
                image.id,
                ["-c", f"exec sleep {int(seconds) + 60}"],
                entrypoint=["/bin/sh"],
                user="0",
                platform=platform,
                labels={LABEL: "1", OWNER: owner(os.getpid())},
                host_config=self.client.api.create_host_config(auto_remove=True),
            )
        container = Container(client=self.client, id=created["Id"], image=image, seconds=seconds)
        try:
            with explain(f"start a container of {image.name}", image=image.name, platform=platform):
                self.client.api.start(container.id)
            yield container
        finally:
            container.remove()

    def _sweep(self) -> None:
        for found in self.client.api.containers(all=True, filters={"label": LABEL}):
            if is_gone(str(found["Labels"].get(OWNER, ""))):
                remove(self.client, found["Id"])


def _is_for(image: Mapping[str, Any], architecture: str) -> bool:
    """An image without an architecture was imported; one that stands for several is resolved by the engine."""
    kind = str((image.get("Descriptor") or {}).get("mediaType", ""))
    return image.get("Architecture") in {architecture, "", None} or any(name in kind for name in _INDEXES)


def _digest(image: Mapping[str, Any], name: str) -> str:
    digests = [str(one).partition("@") for one in image.get("RepoDigests") or ()]
    own = [digest for repository, _, digest in digests if name.startswith(repository)]
    return (own or [digest for _, _, digest in digests] or [str(image["Id"])])[0]
