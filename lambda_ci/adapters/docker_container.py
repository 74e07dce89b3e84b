"""A container that runs: files in and out as tar streams, programs with a deadline, and its removal."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, cast

from lambda_ci.adapters.docker_errors import cannot_run, explain, late
from lambda_ci.adapters.process import Completed
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from docker import DockerClient
    from docker.types.daemon import CancellableStream

PLATFORMS = {"x86_64": ("linux/amd64", "amd64"), "arm64": ("linux/arm64", "arm64")}
"""Docker's names of Lambda's architectures: of the platform, and of the processor."""
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


@dataclass(frozen=True, kw_only=True)
class Container:
    """A running container. What goes wrong is a BuildError that says what was being done."""

    client: DockerClient = field(repr=False)
    id: str
    image: Image
    seconds: float
    over: threading.Event = field(default_factory=threading.Event, repr=False)
    limits: list[float] = field(default_factory=list, repr=False)
    """Seconds after which something in it was stopped."""
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
        streams: list[CancellableStream[Any]] = []
        watch = threading.Timer(seconds, self._end, [streams, seconds])
        watch.daemon = True
        with self._explained(f"run {command[0]} in the container"):
            watch.start()
            try:
                return self._run(command, environment=environment, folder=folder, streams=streams)
            finally:
                watch.cancel()

    def _run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: str,
        streams: list[CancellableStream[Any]],
    ) -> Completed:
        """``streams`` takes what is being read, for the one who may have to end that."""
        api = self.client.api
        work = api.exec_create(self.id, list(command), environment=dict(environment), workdir=folder, user="0")
        output, errors = bytearray(), bytearray()
        stream = api.exec_start(work["Id"], stream=True, demux=True)
        streams.append(stream)
        try:
            for out, err in stream:
                output += out or b""
                errors += err or b""
        finally:
            stream._response.close()  # type: ignore[attr-defined]  # its own close leaves the connection open
        code = None if self.over.is_set() else api.exec_inspect(work["Id"])["ExitCode"]
        if code is None:
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
        remove(self.client, self.id)

    def _end(self, streams: Sequence[CancellableStream[Any]], seconds: float) -> None:
        """Whatever else runs in it ends too. An engine that says nothing any more ends no stream by itself."""
        self.limits.append(seconds)
        self.over.set()
        self.remove()
        for stream in streams:
            with suppress(OSError):
                stream.close()

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        try:
            with explain(doing, image=self.image.name, platform=PLATFORMS[self.image.architecture][0]):
                yield
        except BuildError as error:
            if self.over.is_set():
                raise late(self.image.name, self.limits[0]) from None
            if not self.proven.is_set() and self._is_foreign():
                platform = PLATFORMS[self.image.architecture][0]
                raise cannot_run(self.image.name, platform, why=error.why) from None
            raise

    def _is_foreign(self) -> bool:
        """Whether the engine's own processor is another one. Its containers then end at once, without a word."""
        return bool(self.client.version().get("Arch") != PLATFORMS[self.image.architecture][1])


def remove(client: DockerClient, container: str) -> None:
    """Remove a container. Never raises for what the engine says: there is nothing more to do, and the container ends by itself."""
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    with suppress(DockerException, RequestException):
        try:
            client.api.remove_container(container, v=True, force=True)
        except APIError as error:
            if error.status_code == _BEING_REMOVED:
                client.api.wait(container, timeout=_REMOVAL, condition="removed")


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
