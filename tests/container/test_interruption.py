"""Cancelling: lambda-ci is process 1 of its container, which the kernel protects from signals it does not handle."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from docker.errors import APIError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container

LIMIT = 2.0
"""Seconds. ``docker stop`` waits for ten, GitHub's runner for two and a half after SIGTERM."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "eu-west-1"}


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


@contextmanager
def _waiting(
    engine: DockerClient, image: str, workspace: Path, *, command: list[str], silence: socket.socket
) -> Iterator[Container]:
    """lambda-ci in a container, at the moment when it waits for a server that says nothing."""
    url = f"http://127.0.0.1:{silence.getsockname()[1]}"
    container = engine.containers.run(
        image,
        command,
        detach=True,
        environment={**CREDENTIALS, "AWS_ENDPOINT_URL": url, "UV_DEFAULT_INDEX": url, "UV_INDEX_URL": url},
        volumes=[f"{workspace}:/workspace"],
        network_mode="host",
    )
    try:
        connection, _ = silence.accept()
        with connection:
            yield container
    finally:
        with suppress(APIError):
            container.remove(force=True)


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("command", [["status"], ["build"]], ids=["while-waiting-for-aws", "while-uv-runs"])
def test_a_signal_ends_a_long_command_at_once_and_in_order(
    engine: DockerClient, image: str, workspace: Path, silence: socket.socket, command: list[str], signal: str
) -> None:
    with _waiting(engine, image, workspace, command=command, silence=silence) as container:
        started = time.monotonic()
        container.kill(signal)
        exit_code = container.wait(timeout=30)["StatusCode"]
        seconds = time.monotonic() - started
        log = container.logs().decode()
    assert exit_code == 130, log
    assert seconds < LIMIT
    assert "Traceback" not in log
    assert not list(workspace.glob("dist/*"))


def test_docker_stop_leaves_no_container(
    engine: DockerClient, image: str, workspace: Path, silence: socket.socket
) -> None:
    with _waiting(engine, image, workspace, command=["status"], silence=silence) as container:
        started = time.monotonic()
        container.stop(timeout=10)
        assert time.monotonic() - started < LIMIT
        container.remove()
        with pytest.raises(NotFound):
            engine.containers.get(str(container.id))
