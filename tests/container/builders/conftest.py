"""What the tests of building in images share: a workshop with a real engine, and images to compile in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.docker import LABEL
from lambda_ci.adapters.host import Host
from tests.container.builders import debian
from tests.container.interpreters import OWN
from tests.fakes.workshop import WorkshopBench

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

VERSIONS = ("3.11", "3.12", "3.13")
OTHER = Host(machine="x86_64", glibc=(2, 99), python=Path(sys.executable), identity="cpython")
"""A machine that can compile nothing for Lambda: its C library is too new."""


@pytest.fixture
def bench(tmp_path: Path, engine: DockerClient) -> Iterator[WorkshopBench]:
    """A workshop with this engine, and the proof that no container of it stays."""
    host = {name: os.environ[name] for name in ("DOCKER_HOST",) if name in os.environ}
    yield WorkshopBench(folder=tmp_path, environ=host, hosts=dict.fromkeys((*VERSIONS, OWN), OTHER))
    assert containers(engine) == []


def containers(engine: DockerClient) -> list[str]:
    """The containers that builds work in."""
    return [str(one.id) for one in engine.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)]


@pytest.fixture(scope="session")
def distribution(engine: DockerClient) -> DockerClient:
    """The engine, on a machine that can make images to compile in."""
    if why := debian.missing():
        pytest.skip(f"no image with a package manager can be made: {why}")
    return engine


@pytest.fixture(scope="session")
def packages(distribution: DockerClient) -> str:
    """The image without a compiler, and with a package manager that has one; of the Python that runs this."""
    return debian.build(distribution, OWN)


@pytest.fixture(scope="session")
def compiler(distribution: DockerClient) -> str:
    """The image with a compiler; of the Python that runs this."""
    return debian.compiler(distribution, OWN)
