"""The target's Python in the image of the runtime: one container, started when it is needed, removed on every exit."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Self, cast

from lambda_ci.adapters.errand import PROGRAM, Late, explained
from lambda_ci.adapters.host import ASK, Answer, understood
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.docker_container import Container, Image
    from lambda_ci.adapters.errand import Errand
    from lambda_ci.adapters.process import Completed
    from lambda_ci.console import Clock

_LIFETIME = 1800.0
"""Seconds that a container is good for at least; it ends by itself soon after, in case lambda-ci does not end it."""
_ASKING = 60.0
_MTIME = 315532800
"""1980-01-01."""
_FIND = """
for python in "$(command -v "python$1")" "/var/lang/bin/python$1" /opt/python/"cp$2-cp$2"/bin/python; do
    if [ -x "$python" ]; then echo "$python"; exec "$python" -I -c "$3"; fi
done
exit 127
"""
_RUN = """
work=$1 names=$2
shift 2
rm -rf /tmp/lambda-ci-*.taken
cd "$work" || exit 125
"$@"
code=$?
exec 2>/dev/null
cd / && mkdir "$work.taken"
for name in $names; do
    if [ -f "$work/$name" ] && [ ! -h "$work/$name" ]; then ln "$work/$name" "$work.taken/$name"; fi
done
rm -rf "$work"
exit $code
"""


class InImage:
    """The ``Interpreter`` of one image. A context manager; programs run one after the other."""

    def __init__(self, image: Image, *, version: str, engine: Engine, clock: Clock) -> None:
        self._image = image
        self._version = version
        self._engine = engine
        self._clock = clock
        self._lock = threading.RLock()
        self._opened: AbstractContextManager[Container] | None = None
        self._container: Container | None = None
        self._until = 0.0
        self._count = 0
        self._python = ""
        self._answer: Answer | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def place(self) -> str:
        return f"{self._image.name} ({self._image.digest[:19]})"

    @property
    def image(self) -> str:
        return f"{self._image.name.partition('@')[0]}@{self._image.digest}"

    @property
    def identity(self) -> str:
        return f"{self._version} in {self._image.id} {self._image.architecture}"

    @property
    def is_image(self) -> bool:
        return self.prove().in_image

    def prove(self) -> Answer:
        """Start the container and ask Python about itself, once. Raises BuildError."""
        with self._lock:
            if self._answer is None:
                self._running(_ASKING)
            assert self._answer is not None
            return self._answer

    def run(self, errand: Errand, *, into: Path) -> Completed:
        with self._lock:
            container = self._running(errand.seconds)
            self._count += 1
            work = f"/tmp/lambda-ci-{self._count}"
            with self._ended_after_trouble(errand.seconds):
                done = self._done(container, errand, work)
                if errand.outputs:
                    _take(container, f"{work}.taken", errand.outputs, into)
                return done

    def _done(self, container: Container, errand: Errand, work: str) -> Completed:
        with tempfile.TemporaryFile() as file:
            archive = cast("IO[bytes]", file)
            with explained():
                _pack(errand, archive, prefix=work.lstrip("/"))
                archive.seek(0)
            container.put(archive, "/")
        program = (self._python, *errand.flags, PROGRAM, *errand.arguments)
        command = ("/bin/sh", "-c", _RUN, "lambda-ci", work, " ".join(errand.outputs), *program)
        return container.run(command, environment=errand.environment, seconds=errand.seconds)

    def _running(self, seconds: float) -> Container:
        """A container that lives for so many seconds at least."""
        now = self._clock.monotonic()
        if self._container is None or self._until < now + seconds:
            self._end()
            lifetime = max(_LIFETIME, 2 * seconds)
            opened = self._engine.container(self._image, seconds=lifetime)
            self._container, self._opened, self._until = opened.__enter__(), opened, now + lifetime
            with self._ended_after_trouble(_ASKING):
                self._ask(self._container)
        return self._container

    def _ask(self, container: Container) -> None:
        words = (self._version, self._version.replace(".", ""), ASK)
        found = container.run(("/bin/sh", "-c", _FIND, "lambda-ci", *words), environment={}, seconds=_ASKING)
        self._python, _, told = found.stdout.partition("\n")
        self._answer = understood(told, self._version)
        if self._answer is None:
            raise BuildError(
                f"{self._image.name} has no CPython {self._version}",
                why=f"looked for python{self._version} on its PATH, in /var/lang/bin and in /opt/python",
                fix="name an image that has one in build.image; AWS's own images of that runtime do",
            )

    @contextmanager
    def _ended_after_trouble(self, seconds: float) -> Iterator[None]:
        """Nobody knows what goes on in a container that gave trouble: the next program gets another one."""
        try:
            yield
        except BaseException as error:
            late = self._container is not None and self._container.over.is_set()
            self._end()
            if late and isinstance(error, BuildError):
                raise Late(
                    f"Python in {self._image.name} did not end within {seconds:.0f} s and was stopped",
                    fix="try again; look at what it waits for (a network, a lock, a prompt)",
                ) from error
            raise

    def _end(self) -> None:
        opened, self._opened, self._container = self._opened, None, None
        if opened:
            opened.__exit__(None, None, None)


def _pack(errand: Errand, archive: IO[bytes], *, prefix: str) -> None:
    """The working folder as a tar file."""
    with tarfile.open(fileobj=archive, mode="w") as tar:
        folder = tarfile.TarInfo(prefix)
        folder.type, folder.mode, folder.mtime = tarfile.DIRTYPE, 0o755, _MTIME
        tar.addfile(folder)
        code = errand.code.encode()
        tar.addfile(_member(f"{prefix}/{PROGRAM}", len(code)), io.BytesIO(code))
        for name, path in errand.files.items():
            with path.open("rb") as file:
                tar.addfile(_member(f"{prefix}/{name}", path.stat().st_size), file)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o644, _MTIME
    return member


def _take(container: Container, folder: str, names: tuple[str, ...], into: Path) -> None:
    for name, content in container.take(folder):
        if name in names:
            with explained(), (into / name).open("wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
