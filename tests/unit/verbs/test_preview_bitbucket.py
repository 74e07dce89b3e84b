"""Previews on Bitbucket by the program as a process of its own, which finds api.bitbucket.org behind a proxy."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.fakes.bitbucket_server import REPOSITORY, TOKEN, BitbucketServer
from tests.fakes.tunnel import Tunnel, certified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli
    from tests.fakes.json_server import Asked, Reply

HOST = "api.bitbucket.org"
ONE, TWO = "1" * 40, "2" * 40
CONFIG = """\
version: 1
project: shop
preview: {announce: both}
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    build: {import-check: never}
"""
pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate, and is not here")


class Bitbucket(BitbucketServer):
    """``kill``: the request (``METHOD path``) that is carried out, and nobody is left to hear the answer."""

    kill = ""
    victim: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"https://{HOST}"

    def answer(self, asked: Asked) -> Reply:
        reply = super().answer(asked)
        if self.kill and self.victim and re.fullmatch(self.kill, f"{asked.method} {asked.path}"):
            os.kill(self.victim.pid, signal.SIGKILL)
            self.victim.wait(60)
        return reply


@dataclass
class Step:
    """``lambda-ci …`` in a step of a pipeline."""

    cli: Cli
    server: Bitbucket
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(self, *argv: str, commit: str = ONE, number: str = "7", kill: str = "") -> tuple[int, str]:
        about = {"BITBUCKET_COMMIT": commit, "BITBUCKET_PR_ID": number, "BITBUCKET_BUILD_NUMBER": "12"}
        environ = {**self.cli.environ, **self.environ, **about}
        command = [sys.executable, "-m", "lambda_ci", *argv]
        with subprocess.Popen(
            command, cwd=self.cli.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            self.server.kill, self.server.victim = kill, process
            log = process.communicate(timeout=300)[0]
        assert TOKEN not in log
        return process.returncode, log


@pytest.fixture
def step(cli: Cli) -> Iterator[Step]:
    """With pull request 7."""
    server = Bitbucket()
    trusted = certified(server, HOST, cli.folder)
    server.open(7, head=ONE)
    cli.write("lambda-ci.yml", CONFIG)
    with server, Tunnel(server.server_port) as tunnel:
        environ = {
            "HTTPS_PROXY": tunnel.url,
            "NO_PROXY": "127.0.0.1",
            "SSL_CERT_FILE": str(trusted),
            "BITBUCKET_REPO_FULL_NAME": REPOSITORY,
            "BITBUCKET_GIT_HTTP_ORIGIN": f"http://bitbucket.org/{REPOSITORY}",
            "BITBUCKET_STEP_UUID": "{1}",
            "BITBUCKET_ACCESS_TOKEN": TOKEN,
        }
        yield Step(cli, server, environ)


def _states(server: BitbucketServer) -> list[tuple[str, str]]:
    return sorted((commit[0], str(one["state"])) for (commit, _), one in server.statuses.items())


def test_a_preview_is_opened_updated_and_swept(step: Step, aws: AwsServer) -> None:
    server = step.server
    code, log = step("preview", "up")
    assert code == 0, log
    assert list(aws.functions) == ["orders-pr-7"]
    assert len(server.comments[7]) == 1
    assert _states(server) == [("1", "SUCCESSFUL")]

    server.open(7, head=TWO)
    code, log = step("preview", "up", commit=TWO)
    assert code == 0, log
    [comment] = server.comments[7]
    assert "`2222222`" in comment["content"]["raw"]
    assert _states(server) == [("1", "SUCCESSFUL"), ("2", "SUCCESSFUL")]

    server.open(7, head=TWO, state="MERGED")
    code, log = step("preview", "sweep", number="")
    assert code == 0, log
    assert aws.functions == {}
    assert "Preview removed" in server.comments[7][0]["content"]["raw"]
    assert _states(server) == [("1", "STOPPED"), ("2", "STOPPED")]


@pytest.mark.usefixtures("aws")
def test_a_run_that_is_killed_while_it_announces_is_finished_by_the_next(step: Step) -> None:
    code, log = step("preview", "up", kill="POST .*/pullrequests/7/comments")
    assert code == -signal.SIGKILL, log
    code, log = step("preview", "up")
    assert code == 0, log
    assert len(step.server.comments[7]) == 1
    assert _states(step.server) == [("1", "SUCCESSFUL")]
