"""A project, an index and a bucket for machines that share."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.index import Index, sha256
from tests.fakes.machines import BUCKET, CONFIG, LOCK, MANY, NAME, WHEEL, Machines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as index:
        index.add(NAME, WHEEL)
        yield index


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.s3.buckets[BUCKET] = server.region
        yield server


@pytest.fixture
def machines(tmp_path: Path, index: Index, aws: AwsServer) -> Machines:
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region, "HOME": str(tmp_path)}
    environ |= {"LAMBDA_CI_PACKAGE_BYTECODE": "never", "LAMBDA_CI_BUILD_IMPORT_CHECK": "never"}
    cli = Cli(tmp_path / "shop", {**environ, "PATH": "/usr/bin:/bin"})
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context): ...\n")
    cli.write("src/pylock.toml", LOCK.format(name=NAME, url=index.url(NAME), sha256=sha256(WHEEL)))
    return Machines(cli)


@pytest.fixture
def two(machines: Machines) -> Machines:
    """Two functions that need the same wheel."""
    machines.cli.write("lambda-ci.yml", MANY)
    machines.cli.write("cart/app.py", "def handler(event, context): return 2\n")
    shutil.copy(machines.cli.folder / "src/pylock.toml", machines.cli.folder / "cart/pylock.toml")
    return machines
