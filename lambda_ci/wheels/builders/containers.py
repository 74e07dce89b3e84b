"""The engine, its images, and one container for all the builds that can share it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.wheels.builders import container

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

    from lambda_ci.adapters.docker import Engine
    from lambda_ci.adapters.docker_container import Image
    from lambda_ci.console import Console
    from lambda_ci.wheels.builders.container import Workplace
    from lambda_ci.wheels.builders.source import Job


@dataclass(kw_only=True)
class Places:
    """``stack`` says how long the engine and the containers are held. For one thread."""

    console: Console
    environ: Mapping[str, str] = field(repr=False)
    stack: ExitStack = field(repr=False)
    builds: int
    """How many builds a container may have to wait for."""
    _engine: Engine | None = None
    _digests: dict[tuple[str, str], str] = field(default_factory=dict)
    _open: dict[object, Workplace] = field(default_factory=dict)

    def digest(self, job: Job) -> str:
        """The digest of the image that the job is built in; nothing is pulled for it. Raises BuildError."""
        name, architecture = container.image_name(job), str(job.target.architecture)
        if "@" in name:
            return name.partition("@")[2]
        if (name, architecture) not in self._digests:
            self._digests[name, architecture] = self._docker().digest(name, architecture=architecture)
        return self._digests[name, architecture]

    def workplace(self, job: Job) -> Workplace:
        """A running container for the job, with all that its options name. Raises BuildError."""
        wanted = (job.target, container.image_name(job), job.options.system_packages, job.root, job.indexes)
        if wanted not in self._open:
            image = self._image(job)
            seconds = job.seconds * (self.builds + 3)
            place = container.workplace(job, image, engine=self._docker(), environ=self.environ, seconds=seconds)
            self._open[wanted] = self.stack.enter_context(place)
        return self._open[wanted]

    def _image(self, job: Job) -> Image:
        name = container.image_name(job)

        def pulling() -> None:
            self.console.line(f"pulling {name} for {job.target.architecture}")

        image = self._docker().image(name, architecture=str(job.target.architecture), pulling=pulling)
        self.console.line(f"{name} is {image.digest}")
        return image

    def _docker(self) -> Engine:
        from lambda_ci.adapters.docker import engine

        if self._engine is None:
            self._engine = self.stack.enter_context(engine(self.environ))
        return self._engine
