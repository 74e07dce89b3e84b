"""Docker, as far as images of functions need it: which files are built from, building, and a registry's images.

The engine's own builder is used (the API has no BuildKit without a session): ``RUN --mount`` and the like are not there.
"""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from lambda_ci.adapters.ecr import Stored
from lambda_ci.adapters.registry_errors import RegistryError, pushing
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from pathlib import Path

    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.ecr import Login

PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
_NOT_THERE = 404


class BuildStopped(Exception):
    """The engine said that a build failed; ``text`` is what it said, and its log goes to ``log`` as it comes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class BuildLate(Exception):
    """A build took longer than it may."""


def context_files(root: Path, patterns: Iterable[str], *, dockerfile: str) -> list[str]:
    """The paths below a folder that .dockerignore patterns leave in, sorted. Raises BuildError."""
    from docker.utils.build import exclude_paths

    try:
        return sorted(path for path in exclude_paths(str(root), list(patterns), dockerfile=dockerfile) if path)
    except OSError as error:
        raise BuildError(f"the folder {root} cannot be read", why=str(error), fix="make it readable") from error


@dataclass(frozen=True, kw_only=True)
class Work:
    """An image to build: its name with a tag, and the Dockerfile's name in the context. ``pull``: also what the engine has."""

    name: str
    dockerfile: str
    platform: str
    arguments: Mapping[str, str] = field(repr=False)
    target: str | None
    pull: bool


def build(engine: Engine, context: IO[bytes], work: Work, *, log: Callable[[str], None], seconds: float) -> None:
    """Build an image and give it its name, within so many seconds.

    The engine ends a build, and removes its container, as soon as the connection of this call is gone.
    Raises BuildStopped, BuildLate, and what docker and requests raise.
    """
    late = threading.Event()
    watch = threading.Timer(seconds, late.set)
    watch.daemon = True
    watch.start()
    try:
        with _ended(), closing(_begun(engine, context, work, seconds)) as stream:
            _follow(stream, log, late)
    finally:
        watch.cancel()


def _begun(engine: Engine, context: IO[bytes], work: Work, seconds: float) -> Generator[Mapping[str, Any]]:
    """What the engine says of the build, as it says it."""
    return engine.client.api.build(
        fileobj=context,
        custom_context=True,
        dockerfile=work.dockerfile,
        tag=work.name,
        platform=work.platform,
        buildargs=dict(work.arguments),
        target=work.target or "",
        pull=work.pull,
        rm=True,
        forcerm=True,
        decode=True,
        timeout=max(1, int(seconds)),
    )


def _follow(stream: Iterable[Mapping[str, Any]], log: Callable[[str], None], late: threading.Event) -> None:
    for line in stream:
        if "error" in line:
            raise BuildStopped(str((line.get("errorDetail") or {}).get("message") or line["error"]))
        if text := str(line.get("stream", "")):
            log(text)
        if late.is_set():
            raise BuildLate


@contextmanager
def _ended() -> Iterator[None]:
    """What ends a build, as it is told here."""
    from docker.errors import APIError
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    try:
        yield
    except APIError as error:
        raise BuildStopped(str(error.explanation or error)) from error
    except ReadTimeoutError as error:
        raise BuildLate from error
    except HTTPError as error:
        raise RuntimeError(f"connection broken: {error}") from error


def log_in(engine: Engine, address: str, login: Login) -> None:
    """Have the engine use this login for a registry, in this process only: nothing is written. Raises BuildError."""
    with pushing(address):
        engine.client.api.login(login.username, login.password, registry=address, reauth=True)


def find(engine: Engine, name: str) -> Stored | None:
    """What a registry has under a name with tag or digest; ``None`` where there is nothing. Raises BuildError."""
    from docker.errors import APIError

    with pushing(name):
        try:
            found: Mapping[str, Any] = engine.client.api.inspect_distribution(name)  # type: ignore[no-untyped-call]
        except APIError as error:
            if error.status_code == _NOT_THERE or "manifest unknown" in str(error) or "name unknown" in str(error):
                return None
            raise
    descriptor = found["Descriptor"]
    return Stored(digest=str(descriptor["digest"]), media_type=str(descriptor["mediaType"]))


def push(engine: Engine, repository: str, tag: str, *, progress: Callable[[str, int, int], None]) -> str:
    """Push an image; returns its digest, empty where the engine does not tell it. Raises BuildError.

    ``progress`` takes a layer, and its bytes done and in all.
    """
    from urllib3.exceptions import HTTPError

    with pushing(f"{repository}:{tag}"):
        lines: Iterator[Mapping[str, Any]] = engine.client.api.push(repository, tag=tag, stream=True, decode=True)
        digest = ""
        try:
            for line in lines:
                if "error" in line:
                    raise RuntimeError(str(line["error"]))
                detail = line.get("progressDetail") or {}
                if line.get("id") and detail.get("total"):
                    progress(str(line["id"]), int(detail.get("current", 0)), int(detail["total"]))
                digest = str((line.get("aux") or {}).get("Digest", digest))
        except HTTPError as error:
            raise RuntimeError(f"connection broken: {error}; timed out or reset") from error
    return digest


@dataclass(frozen=True, kw_only=True)
class Base:
    """An image that another one begins with. ``reference`` is what a Dockerfile calls it; ``local``: only the engine has it."""

    digest: str
    reference: str
    local: bool = False


def base_of(engine: Engine, name: str, *, architecture: str) -> Base:
    """What a name stands for now: in its registry, so that all machines agree; else in the engine. Raises BuildError."""
    repository, at, digest = name.partition("@")
    if at:
        return Base(digest=digest, reference=name)
    trouble: BuildError | None = None
    try:
        if stored := find(engine, name):
            folder, _, last = repository.rpartition("/")
            path = f"{folder}/{last.partition(':')[0]}" if folder else last.partition(":")[0]
            return Base(digest=stored.digest, reference=f"{path}@{stored.digest}")
    except RegistryError as error:
        trouble = error
    with pushing(name):
        local = engine._local(name, architecture)
    if local:
        return Base(digest=local.digest, reference=name, local=True)
    if trouble:
        raise trouble
    raise BuildError(f"there is no image {name}", fix="correct image.base, or FROM in the Dockerfile")
