"""A run that is killed (SIGKILL, nothing can be tidied) between the deployment and its announcement."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.github_server import Fault, GitHubServer
from tests.fakes.pull_requests import Pulls

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
version: 1
project: shop
functions:
  orders: {source: src, handler: app.handler, runtime: python3.12, role: "arn:aws:iam::123456789012:role/orders"}
"""


def test_the_next_run_announces_what_is_there_once(tmp_path: Path) -> None:
    with AwsServer() as aws, GitHubServer() as github:
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
        pulls = Pulls(cli, github)
        waiting = Fault("POST .*comments", hangs=True)
        github.faults = [waiting]
        process = subprocess.Popen(
            [sys.executable, "-m", "lambda_ci", "preview"], cwd=tmp_path, env={**environ, **pulls.environ("opened")}
        )
        assert waiting.reached.wait(timeout=120), "it was deployed and is about to be announced"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (list(aws.functions), pulls.comments) == (["orders-pr-2"], [])
        ran = pulls("opened")
        assert (ran.code, ran.document["changed"], len(pulls.comments)) == (0, False, 1), ran.err
        assert pulls("closed").code == 0
        assert aws.functions == {}
