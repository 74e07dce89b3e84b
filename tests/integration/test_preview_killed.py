"""Runs that are killed (SIGKILL, nothing can be tidied) in the middle of their work: the next one mends what they left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, After, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.github_server import Fault, GitHubServer
from tests.fakes.pull_requests import Pulls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = """\
version: 1
project: shop
functions:
  orders: {source: src, handler: app.handler, runtime: python3.12, role: "arn:aws:iam::123456789012:role/orders"}
"""


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture
def pulls(tmp_path: Path, aws: AwsServer) -> Iterator[Pulls]:
    environ = {
        "HOME": str(tmp_path),
        "LAMBDA_CI_CACHE": str(tmp_path / "cache"),
        "PATH": os.environ["PATH"],
        "LAMBDA_CI_PACKAGE_BYTECODE": "never",
        "LAMBDA_CI_BUILD_IMPORT_CHECK": "never",
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_REGION": aws.region,
    }
    cli = Cli(tmp_path, environ)
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context):\n    return {}\n")
    with GitHubServer() as github:
        yield Pulls(cli, github)


def _started(pulls: Pulls, action: str) -> subprocess.Popen[bytes]:
    environ = {**pulls.cli.environ, **pulls.environ(action)}
    return subprocess.Popen([sys.executable, "-m", "lambda_ci", "preview"], cwd=pulls.cli.folder, env=environ)


def _killed_after(operation: str, pulls: Pulls, aws: AwsServer, action: str) -> None:
    """AWS has carried it out, and nobody is there any more for its answer."""
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        running[0].kill()

    aws.faults.add(operation, After(kill))
    with aws.lock:  # Nothing is answered before the process is known here.
        running.append(_started(pulls, action))
    assert running[0].wait(timeout=120) == -signal.SIGKILL


def test_the_next_run_announces_what_is_there_once(pulls: Pulls, aws: AwsServer) -> None:
    waiting = Fault("POST .*comments", hangs=True)
    pulls.github.faults = [waiting]
    process = _started(pulls, "opened")
    assert waiting.reached.wait(timeout=120), "it was deployed and is about to be announced"
    process.kill()
    process.wait()
    assert (list(aws.functions), pulls.comments) == (["orders-pr-2"], [])
    ran = pulls("opened")
    assert (ran.code, ran.document["changed"], len(pulls.comments)) == (0, False, 1), ran.err
    assert pulls("closed").code == 0
    assert aws.functions == {}


@pytest.mark.parametrize("operation", ["CreateFunction", "PublishVersion", "CreateAlias"])
def test_the_next_run_finishes_what_was_begun(pulls: Pulls, aws: AwsServer, operation: str) -> None:
    _killed_after(operation, pulls, aws, "opened")
    assert (list(aws.functions), pulls.comments) == (["orders-pr-2"], [])
    ran = pulls("synchronize")
    assert (ran.code, ran.function("orders")["version"], len(pulls.comments)) == (0, "1", 1), ran.err
    assert aws.functions["orders-pr-2"].aliases["live"]["FunctionVersion"] == "1"


def test_the_next_run_removes_what_is_left(pulls: Pulls, aws: AwsServer) -> None:
    """Its log as well, although there is no function any more that would tell of it."""
    pulls("opened")
    aws.logs.groups |= {"/aws/lambda/orders-pr-2": None, "/aws/lambda/orders": None}
    pulls.pull.state = "closed"
    _killed_after("DeleteFunction", pulls, aws, "closed")
    assert (aws.functions, len(aws.logs.groups)) == ({}, 2)
    ran = pulls("closed")
    assert (ran.code, ran.function("orders")["removed"]) == (0, ["/aws/lambda/orders-pr-2"]), ran.err
    assert list(aws.logs.groups) == ["/aws/lambda/orders"]
    assert "Preview removed" in pulls.comments[0]
