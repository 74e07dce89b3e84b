from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.github_server import GitHubServer
from tests.fakes.pull_requests import Pulls
from tests.fakes.web import Web

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
    reserved-concurrency: 20
    environment: {TABLE: orders, KEY: do-not-tell}
    smoke: [{payload: {ping: true}, expect: {status: 200}}]
stages:
  preview:
    functions:
      orders: {environment: {TABLE: orders-preview}, url: {auth-type: NONE}}
"""


@pytest.fixture
def web() -> Iterator[Web]:
    """What answers behind function URLs."""
    with Web() as server:
        yield server


@pytest.fixture
def aws(web: Web) -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.lambda_.served = web.url
        for number in (2, 7):
            server.lambda_.handlers[f"orders-pr-{number}"] = lambda _event, _version: {"statusCode": 200}
        yield server


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        yield server
        assert not server.violations, "GitHub's own description of its API"


@pytest.fixture
def pulls(tmp_path: Path, aws: AwsServer, github: GitHubServer) -> Pulls:
    """A project of one function, and jobs of GitHub for its pull request 2."""
    environ = {
        "HOME": str(tmp_path),
        "LAMBDA_CI_CACHE": str(tmp_path / "cache"),
        "PATH": "/usr/bin:/bin",
        "LAMBDA_CI_PACKAGE_BYTECODE": "never",
        "LAMBDA_CI_BUILD_IMPORT_CHECK": "never",
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_REGION": aws.region,
    }
    cli = Cli(tmp_path, environ)
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200}\n")
    return Pulls(cli, github)
