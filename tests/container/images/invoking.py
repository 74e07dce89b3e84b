"""Invoking the function in an image: AWS's runtime in a real container, and Lambda's Runtime API on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.runtime_api import Environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

    from docker import DockerClient
    from docker.models.containers import Container

    from tests.fakes.aws_ecr import RealRegistry


def answers(engine: DockerClient, image: str, registry: RealRegistry, events: Sequence[object]) -> list[object]:
    """Pull the image by digest and give its function these events. What it runs is what the image says (CMD)."""
    auth = {"username": registry.username, "password": registry.password}
    engine.images.pull(image, auth_config=auth)
    with ContainerEnvironment(engine, image) as environment:
        return [environment.invoke(event).document for event in events]


class ContainerEnvironment(Environment):
    """An execution environment whose runtime is in a container."""

    def __init__(self, engine: DockerClient, image: str) -> None:
        super().__init__(Path(), "")
        self._engine, self._image = engine, image
        self._container: Container | None = None

    def __enter__(self) -> Self:
        self._server.__enter__()
        environ = {name: value for name, value in self._environ.items() if name.startswith("AWS_")}
        self._container = self._engine.containers.run(
            self._image,
            entrypoint=["/var/lang/bin/python3", "-m", "awslambdaric"],
            command=self._engine.images.get(self._image).attrs["Config"]["Cmd"],
            environment={**environ, "PYTHONPATH": "/var/runtime"},
            network_mode="host",
            user="993:990",
            read_only=True,
            detach=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._container is not None:
            if error is not None:
                print(self._container.logs().decode())
            self._container.remove(force=True)
        self._events.put(None)
        self._server.__exit__(kind, error, trace)
