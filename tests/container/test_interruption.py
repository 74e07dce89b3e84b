"""Cancelling: lambda-ci is process 1 of its container, which the kernel protects from signals it does not handle."""

from __future__ import annotations

import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from docker.errors import APIError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container

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
        container.kill(signal)
        exit_code = container.wait(timeout=240)["StatusCode"]
        log = container.logs().decode()
        if command == ["status"]:  # uv asks for much at once
            assert not _asked_again(silence), "it did not wait for the answer to fail"
    assert exit_code == 130, log
    assert "Traceback" not in log
    assert not list(workspace.glob("dist/*"))


def test_docker_stop_leaves_no_container(
    engine: DockerClient, image: str, workspace: Path, silence: socket.socket
) -> None:
    """SIGTERM is enough: what Docker has to kill ends with 137."""
    with _waiting(engine, image, workspace, command=["status"], silence=silence) as container:
        container.stop(timeout=60)
        assert container.wait(timeout=60)["StatusCode"] == 130
        assert not _asked_again(silence)
        container.remove()
        with pytest.raises(NotFound):
            engine.containers.get(str(container.id))


def _asked_again(silence: socket.socket) -> bool:
    silence.settimeout(0)
    with suppress(BlockingIOError):
        silence.accept()[0].close()
        return True
    return False
