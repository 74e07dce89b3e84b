"""One server and one set of clients for all tests here; every test begins with an empty account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import AwsServer
from tests.fakes.deployment import Project, reach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws


@pytest.fixture(scope="session")
def running() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture(scope="session")
def aws(running: AwsServer) -> Aws:
    return reach(running)


@pytest.fixture
def server(running: AwsServer) -> AwsServer:
    running.reset()
    return running


@pytest.fixture
def project(tmp_path: Path, server: AwsServer, aws: Aws) -> Project:
    return Project(folder=tmp_path, server=server, shared=aws)
