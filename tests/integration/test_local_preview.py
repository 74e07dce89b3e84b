"""A preview on the embedded AWS: all of it is tried, and the pull request hears nothing of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.cli import Cli
from tests.fakes.github_server import GitHubServer
from tests.fakes.pull_requests import Pulls

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.local_aws

CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    url: {auth-type: NONE}
    smoke: [{expect: {status: 200}}]
"""


def _fork(event: Any) -> None:  # noqa: ANN401 - JSON
    event["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"


def test_up_sweep_and_down_also_for_a_stranger(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    environ |= {"LAMBDA_CI_PACKAGE_BYTECODE": "never", "LAMBDA_CI_BUILD_IMPORT_CHECK": "never"}
    cli = Cli(tmp_path, environ, pace=2)  # The embedded AWS needs its time to start.
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200}\n")
    with GitHubServer() as github:
        pulls = Pulls(cli, github)
        try:
            first = pulls("opened", "preview", "--local", "--json", change=_fork)
            assert (first.code, first.function("orders")["version"]) == (0, "1"), first.err
            assert "nothing is announced" in first.err
            assert pulls("synchronize", "preview", "--local", "--json").document["changed"] is False
            sweeping = pulls("workflow_run", "preview", "sweep", "--local", "--json", name="schedule")
            assert (sweeping.code, sweeping.document["functions"]) == (0, {}), "it is open"
            down = pulls("closed", "preview", "--local", "--json")
            assert down.function("orders")["removed"] == ["orders-pr-2", "/aws/lambda/orders-pr-2"]
        finally:
            cli("local", "stop")
        assert pulls.comments == []
        assert not [line for line in github.requests if not line.startswith("GET")]
