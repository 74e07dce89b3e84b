"""The target's own Python, wherever it is at hand: lambda-ci's own, one on this machine, or the image of the runtime."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lambda_ci.adapters.errand import Errand, Interpreter, Late
from lambda_ci.adapters.host import this_host
from lambda_ci.adapters.interpreter_host import OnThisMachine
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.docker_container import Image
    from lambda_ci.adapters.host import Host
    from lambda_ci.adapters.interpreter_image import InImage
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.model.spec.packages import BuildSpec
    from lambda_ci.model.target import Target

__all__ = ["Absent", "Errand", "Interpreter", "Interpreters", "Late"]


@dataclass(frozen=True, kw_only=True)
class Absent:
    """There is no such interpreter. ``why`` says in words what is missing, ``fix`` what to do about it (may be empty)."""

    why: str
    fix: str = ""


class Interpreters:
    """Finds interpreters, each looked for once. A context manager: what it started is gone when it ends.

    Any number of threads may use it at once.
    """

    def __init__(self, *, uv: Uv, console: Console) -> None:
        self._uv = uv
        self._console = console
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._hosts: dict[str, Host] = {}
        self._engine: Engine | BuildError | None = None
        self._images: dict[tuple[str, str, bool], Image | BuildError | None] = {}
        self._in_images: dict[tuple[str, str], InImage] = {}
        self._unproven: dict[tuple[str, str], BuildError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, target: Target, build: BuildSpec, *, native: bool, required: bool) -> Interpreter | Absent:
        """The interpreter for a target. ``native``: it must be able to load what is compiled for the target; else any
        machine of that version of Python will do.

        ``build.backend: container`` means the image only, ``in-place`` no image. An image that is not there is pulled
        where it was asked for: ``required``, that backend, or ``build.image``.
        """
        with self._lock:
            lacks, fix = "build.backend is container", f"pull {target.image}"
            if build.backend != "container":
                host = self._host(target)
                lacks = _lacks(host, target, native=native)
                if not lacks:
                    return OnThisMachine.of(host, environ=self._uv.environ)
                fix = _remedy(host, target, native=native)
            if build.backend == "in-place":
                return Absent(why=f"{lacks}, and build.backend: in-place leaves no image", fix=fix)
            return self._in_image(target, build, native=native, required=required, missing=Absent(why=lacks, fix=fix))

    def _in_image(
        self, target: Target, build: BuildSpec, *, native: bool, required: bool, missing: Absent
    ) -> Interpreter | Absent:
        lacks = missing.why
        try:
            found = self._image(target, build, native=native, required=required)
            if found is None:
                why = f"the Docker engine does not have {build.image or target.image}, which is pulled only where it is asked for"
                return Absent(why=f"{lacks}, and {why}", fix=missing.fix)
            interpreter = self._interpreter(found, target)
            if native:
                self._prove(interpreter, found, target)
        except BuildError as error:
            fix = error.fix if build.backend == "container" else missing.fix
            return Absent(why=f"{lacks}, and {error.what}" + (f": {error.why}" if error.why else ""), fix=fix)
        return interpreter

    def _prove(self, interpreter: InImage, image: Image, target: Target) -> None:
        """An image may be for a machine that the engine cannot play."""
        key = image.id, target.python_version
        if key in self._unproven:
            raise self._unproven[key]
        try:
            interpreter.prove()
        except BuildError as error:
            self._unproven[key] = error
            raise

    def _interpreter(self, image: Image, target: Target) -> InImage:
        from lambda_ci.adapters.interpreter_image import InImage

        key = image.id, target.python_version
        if key not in self._in_images:
            made = InImage(image, version=target.python_version, engine=self._docker(), clock=self._console.clock)
            self._in_images[key] = self._stack.enter_context(made)
        return self._in_images[key]

    def _image(self, target: Target, build: BuildSpec, *, native: bool, required: bool) -> Image | None:
        """``None`` where it is not there. Bytecode is the same on every machine: then that of the engine's own is taken."""
        name, own = build.image or target.image, str(target.architecture)
        pull = required or build.backend == "container" or build.image is not None
        architectures = [own] if native else list(dict.fromkeys((self._docker().architecture, own)))
        for pulling in dict.fromkeys((False, pull)):
            for architecture in architectures:
                if found := self._looked_up(name, architecture, pulling=pulling, last=architecture == own):
                    return found
        return None

    def _looked_up(self, name: str, architecture: str, *, pulling: bool, last: bool) -> Image | None:
        key = name, architecture, pulling
        if key not in self._images:
            try:
                self._images[key] = self._found(name, architecture, pulling=pulling)
            except BuildError as error:
                self._images[key] = error
        found = self._images[key]
        if isinstance(found, BuildError):
            if last:
                raise found
            return None
        return found

    def _found(self, name: str, architecture: str, *, pulling: bool) -> Image | None:
        if not pulling:
            return self._docker().find(name, architecture=architecture)

        def say() -> None:
            self._console.line(f"pulling {name} for {architecture}")

        return self._docker().image(name, architecture=architecture, pulling=say)

    def _docker(self) -> Engine:
        from lambda_ci.adapters.docker import engine

        if self._engine is None:
            try:
                self._engine = self._stack.enter_context(engine(self._uv.environ))
            except BuildError as error:
                self._engine = error
        if isinstance(self._engine, BuildError):
            raise self._engine
        return self._engine

    def _host(self, target: Target) -> Host:
        version = target.python_version
        if version not in self._hosts:
            self._hosts[version] = this_host(version, uv=self._uv)
        return self._hosts[version]


def _lacks(host: Host, target: Target, *, native: bool) -> str:
    """What keeps this machine's Python from being the target's; empty where nothing does."""
    if host.python is None:
        return f"there is no CPython {target.python_version} on this machine"
    if not native:
        return ""
    if host.machine != target.architecture.machine:
        return f"this machine is {host.machine}"
    if host.glibc is None:
        return "this machine has another C library than glibc"
    if host.glibc < target.glibc:
        return f"this machine has glibc {_dotted(host.glibc)}, the runtime {_dotted(target.glibc)}"
    return ""


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _remedy(host: Host, target: Target, *, native: bool) -> str:
    """Another Python is worth installing only where it would run what the runtime runs."""
    version = target.python_version
    install = f"install Python {version} (`uv python install {version}`)"
    if _lacks(replace(host, python=Path("python")), target, native=native):
        install = f"build on a machine with {target.architecture.machine} and a glibc that is not older than {_dotted(target.glibc)}"
    return f"{install}, or start Docker and pull {target.image}"
