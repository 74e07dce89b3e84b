"""Docker, as far as building needs it: images by digest, and containers that never stay.

Files travel as tar streams and never as bind mounts, so that it works from inside a container, with an engine on another
machine, and with Docker in Docker. A container ends by itself when its time is over, whatever became of lambda-ci.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from lambda_ci.adapters.docker_errors import cannot_run, explain, late, no_engine, wrong_platform
from lambda_ci.adapters.docker_owner import is_gone, owner
from lambda_ci.adapters.process import Completed
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from docker import DockerClient

LABEL = "lambda-ci.build"
OWNER = "lambda-ci.owner"
_PLATFORMS = {"x86_64": ("linux/amd64", "amd64"), "arm64": ("linux/arm64", "arm64")}
_INDEXES = ("image.index.", "manifest.list.")
_SOCKET = "unix:///var/run/docker.sock"
_KNOCK = 10
_ANSWER = 120
"""Seconds that the engine may be silent, except while something runs or is pulled."""
_BEING_REMOVED = 409
_REMOVAL = 10
"""Seconds to wait for a removal that the engine has begun."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that the engine has. ``digest`` is the registry's, or the image's own id where it came from none."""

    name: str
    id: str
    digest: str
    architecture: str
    """Lambda's name of it."""


@contextmanager
def engine(environ: Mapping[str, str]) -> Iterator[Engine]:
    """The engine that DOCKER_HOST names, or this machine's. Raises BuildError where none answers."""
    import docker

    settings = _settings(environ)
    with ExitStack() as stack:
        try:
            _knock(settings.get("DOCKER_HOST", _SOCKET))
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

    def image(self, name: str, *, architecture: str, pulling: Callable[[], None]) -> Image:
        """The image for that architecture: the engine's own or pulled. Raises BuildError."""
        with explain(f"find the image {name}", image=name):
            if found := self._local(name, architecture):
                return found
        pulling()
        with explain(f"pull the image {name}", image=name):
            self._pull(name, platform=_PLATFORMS[architecture][0])
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
        if not _is_for(found, _PLATFORMS[architecture][1]):
            return None
        return Image(name=name, id=found["Id"], digest=_digest(found, name), architecture=architecture)

    @contextmanager
    def container(self, image: Image, *, seconds: float) -> Iterator[Container]:
        """A container that waits for work and is removed on every exit; after ``seconds`` also without us.

        Raises BuildError when it cannot be started, or its time was over.
        """
        with explain("remove the containers of runs that were killed", image=image.name):
            self._sweep()
        platform = _PLATFORMS[image.architecture][0]
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
                _remove(self.client, found["Id"])


@dataclass(frozen=True, kw_only=True)
class Container:
    """A running container. What goes wrong is a BuildError that says what was being done."""

    client: DockerClient = field(repr=False)
    id: str
    image: Image
    seconds: float
    over: threading.Event = field(default_factory=threading.Event, repr=False)
    proven: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set once something ran in it."""

    def put(self, archive: IO[bytes], folder: str) -> None:
        """Unpack a tar file in a folder of the container."""
        with self._explained("copy files into the container"):
            self.client.api.put_archive(self.id, folder, archive)

    def run(
        self, command: Sequence[str], *, environment: Mapping[str, str], seconds: float, folder: str = "/"
    ) -> Completed:
        """Run a program to its end; any exit code is an answer. Late, the container is removed and BuildError raised."""
        watch = threading.Timer(seconds, self._end)
        watch.daemon = True
        with self._explained(f"run {command[0]} in the container", seconds=seconds):
            watch.start()
            try:
                return self._run(command, environment=environment, folder=folder)
            finally:
                watch.cancel()

    def _run(self, command: Sequence[str], *, environment: Mapping[str, str], folder: str) -> Completed:
        api = self.client.api
        work = api.exec_create(self.id, list(command), environment=dict(environment), workdir=folder, user="0")
        output, errors = bytearray(), bytearray()
        stream = api.exec_start(work["Id"], stream=True, demux=True)
        try:
            for out, err in stream:
                output += out or b""
                errors += err or b""
        finally:
            stream._response.close()  # type: ignore[attr-defined]  # its own close leaves the connection open
        code = api.exec_inspect(work["Id"])["ExitCode"]
        if code is None or self.over.is_set():
            raise RuntimeError("the container was removed while it worked")
        self.proven.set()
        return Completed(returncode=int(code), stdout=_text(output), stderr=_text(errors))

    def take(self, folder: str) -> Iterator[tuple[str, IO[bytes]]]:
        """The regular files in a folder of the container, by their names; each must be read before the next."""
        import tarfile

        with self._explained("copy files out of the container"):
            chunks, _ = self.client.api.get_archive(self.id, folder)
            with tarfile.open(fileobj=cast("IO[bytes]", _Reader(chunks)), mode="r|") as archive:
                for member in archive:
                    if member.isfile() and (file := archive.extractfile(member)):
                        yield member.name.rpartition("/")[2], file

    def remove(self) -> None:
        """Also when it is gone already."""
        _remove(self.client, self.id)

    def _end(self) -> None:
        self.over.set()
        self.remove()

    @contextmanager
    def _explained(self, doing: str, *, seconds: float = 0) -> Iterator[None]:
        try:
            with explain(doing, image=self.image.name, platform=_PLATFORMS[self.image.architecture][0]):
                yield
        except BuildError as error:
            if self.over.is_set():
                raise late(self.image.name, seconds) from None
            if not self.proven.is_set() and self._is_foreign():
                platform = _PLATFORMS[self.image.architecture][0]
                raise cannot_run(self.image.name, platform, why=error.why) from None
            raise

    def _is_foreign(self) -> bool:
        """Whether the engine's own processor is another one. Its containers then end at once, without a word."""
        return bool(self.client.version().get("Arch") != _PLATFORMS[self.image.architecture][1])


def _remove(client: DockerClient, container: str) -> None:
    """Never raises for what the engine says: there is nothing more to do, and the container ends by itself."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    with suppress(DockerException, RequestException):
        try:
            client.api.remove_container(container, v=True, force=True)
        except APIError as error:
            if error.status_code == _BEING_REMOVED:
                client.api.wait(container, timeout=_REMOVAL, condition="removed")


def _is_for(image: Mapping[str, Any], architecture: str) -> bool:
    """An image without an architecture was imported; one that stands for several is resolved by the engine."""
    kind = str((image.get("Descriptor") or {}).get("mediaType", ""))
    return image.get("Architecture") in {architecture, "", None} or any(name in kind for name in _INDEXES)


def _digest(image: Mapping[str, Any], name: str) -> str:
    digests = [str(one).partition("@") for one in image.get("RepoDigests") or ()]
    own = [digest for repository, _, digest in digests if name.startswith(repository)]
    return (own or [digest for _, _, digest in digests] or [str(image["Id"])])[0]


@dataclass
class _Reader:
    """A stream of pieces as a file that can only be read."""

    pieces: Iterable[bytes]
    rest: bytes = b""

    def __post_init__(self) -> None:
        self._pieces = iter(self.pieces)

    def read(self, size: int) -> bytes:
        while len(self.rest) < size and (piece := next(self._pieces, b"")):
            self.rest += piece
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


def _text(output: bytes | bytearray) -> str:
    return output.decode("utf-8", errors="replace")
