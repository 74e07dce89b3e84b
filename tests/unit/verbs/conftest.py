from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    smoke:
      - name: pings
        payload: {ping: true}
        expect: {status: 200}
"""
APP = """\
def handler(event, context):
    return {"statusCode": 200}
"""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A project of one function, and an environment with nothing in it but a cache of its own.

    Without bytecode, so that a package does not depend on which Pythons this machine has.
    """
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    cli = Cli(tmp_path, environ | {"LAMBDA_CI_PACKAGE_BYTECODE": "never"})
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", APP)
    return cli


@pytest.fixture
def aws(cli: Cli) -> Iterator[AwsServer]:
    """The strict emulated AWS, to which the project is deployed."""
    with AwsServer() as server:
        cli.environ |= {**CREDENTIALS, "AWS_ENDPOINT_URL": server.url, "AWS_REGION": server.region}
        yield server
