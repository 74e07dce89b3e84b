"""Engines that are far away, full, or gone in the middle of a build."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from docker.errors import APIError

from lambda_ci.errors import BuildError
from tests.container.builders import engine as engines
from tests.container.builders.command import Command
from tests.container.builders.conftest import OTHER, containers
from tests.fakes.sources import files, sdist
from tests.fakes.workshop import VERSION, WorkshopBench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient

    from tests.container.builders.engine import Daemon

FILLING = (
    "with open('/lambda-ci/filling', 'wb') as file:\n        for _ in range(4096): file.write(os.urandom(1 << 20))"
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory, engine: DockerClient, base: str) -> Iterator[Daemon]:
    """An engine that listens on a port, with a small disk that has little room beside the image."""
    if why := engines.missing():
        pytest.skip(f"no engine of its own: {why}")
    folder = tmp_path_factory.mktemp("engine") / "d"
    with engines.running(folder, size="700m", port=True) as started:
        engines.copied(engine, base, started)
        yield started


@pytest.fixture
def far(tmp_path: Path, daemon: Daemon) -> Iterator[WorkshopBench]:
    """A workshop with that engine, and the proof that no container of it stays."""
    yield WorkshopBench(folder=tmp_path, environ=dict(daemon.environ), hosts={VERSION: OTHER})
    _wait_until_gone(daemon.client)


def _wait_until_gone(client: DockerClient) -> None:
    deadline = time.monotonic() + 120
    while left := containers(client):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def test_an_engine_behind_a_port_builds_as_any_other(far: WorkshopBench, daemon: Daemon, base: str) -> None:
    command = Command(folder=far.folder, engine=daemon.client, image=base, environ=daemon.environ)
    command.write(files("local"))
    done = command.run()
    assert done.returncode == 0, done.stderr
    assert "built local-1.0-py3-none-any.whl" in done.stderr


def test_an_engine_without_room_says_so(far: WorkshopBench, base: str) -> None:
    job = far.job(far.archive("demo", sdist("demo", body=FILLING)), backend="container", image=base)
    with pytest.raises(BuildError) as caught:
        far.build(job)
    assert "No space left on device" in str(caught.value)
    assert "docker system prune" in caught.value.fix


def test_sources_that_the_engine_has_no_room_for(far: WorkshopBench, base: str) -> None:
    folder = far.folder / "large"
    folder.mkdir()
    with (folder / "data.bin").open("wb") as file:
        file.truncate(1 << 30)
    job = far.job(far.archive("demo", sdist("demo")), backend="container", image=base)
    local = job.source.__class__(name="demo", version="", folder=folder)
    with pytest.raises(BuildError) as caught:
        far.build(far.job(local, backend="container", image=base))
    assert caught.value.what == "the Docker engine has no room left"
    assert "docker system prune" in caught.value.fix


def test_an_engine_that_is_gone_in_the_middle(far: WorkshopBench, daemon: Daemon, base: str) -> None:
    job = far.job(far.archive("demo", sdist("demo", body="time.sleep(3600)")), backend="container", image=base)
    caught: list[BaseException] = []
    thread = threading.Thread(target=_caught, args=(far, job, caught))
    thread.start()
    _wait_for_build(daemon.client)
    daemon.kill()
    thread.join(240)
    daemon.start()
    (error,) = caught
    assert isinstance(error, BuildError), error
    assert error.what.startswith("the connection to the Docker engine broke")
    assert "look whether the engine still runs" in error.fix
    (wheel,) = far.build(far.job(far.archive("demo", sdist("demo")), backend="container", image=base))
    assert wheel.name == "demo"


def _caught(bench: WorkshopBench, job: object, into: list[BaseException]) -> None:
    try:
        bench.build(job)  # type: ignore[arg-type]
    except BaseException as error:  # noqa: BLE001 - it is looked at by the test
        into.append(error)


def _wait_for_build(client: DockerClient) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for one in containers(client):
            with suppress(APIError):  # It may not run yet.
                if "pip wheel" in str(client.api.top(one, ps_args="-efww")["Processes"]):
                    return
        time.sleep(0.1)
    pytest.fail("no build began")
