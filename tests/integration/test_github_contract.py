"""The adapter's requests, and the fake's answers, before Prism: GitHub's whole OpenAPI description, checked by somebody else's program.

Both are on npm: ``npm install @stoplight/prism-cli @octokit/openapi`` in a folder, and TESTS_PRISM=FOLDER.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from lambda_ci.adapters.github_api import github
from lambda_ci.model.preview import Deployment, State
from tests.fakes.github_server import BOT, REPOSITORY, TOKEN, Fault, GitHubServer
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = os.environ.get("TESTS_PRISM", "")
SPEC = "node_modules/@octokit/openapi/generated/api.github.com.json"
MARK = "<!-- lambda-ci preview of shop -->"

pytestmark = pytest.mark.skipif(not FOLDER, reason="TESTS_PRISM names no folder with Prism and GitHub's description")


@pytest.fixture(scope="module")
def server() -> Iterator[GitHubServer]:
    with GitHubServer() as one:
        one.open(7, head="7" * 40)
        yield one


@pytest.fixture(scope="module")
def prism(server: GitHubServer) -> Iterator[str]:
    """The address of the proxy that judges what goes through it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["node_modules/.bin/prism", "proxy", "--errors", "--port", str(port), SPEC, server.api]
    process = subprocess.Popen(command, cwd=Path(FOLDER), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/user")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    """It listens, and then reads the whole description before it answers."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=60)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(url)


def test_everything_the_adapter_does_is_as_github_describes_it(server: GitHubServer, prism: str) -> None:
    forge = github(REPOSITORY, token=TOKEN, environ={"GITHUB_API_URL": prism}, clock=FakeClock())
    assert forge.standing(7).open
    older = f"{MARK}\nof another run, in the same moment"
    server.faults = [Fault("POST .*comments", before=lambda: server.say(7, older, login=BOT, kind="Bot"))]
    for text in ("one", "two", "two"):
        forge.comment(7, marker=MARK, markdown=f"{MARK}\n{text}")
    for state in State:
        forge.announce(
            Deployment(
                group="shop/pr-7",
                environment="shop/pr-7",
                commit="7" * 40,
                state=state,
                url="https://example.com/",
                log="https://example.com/run",
            )
        )
    forge.retire("shop/pr-7")
    assert forge.pull_of(owner="Codertocat", branch="changes", commit="7" * 40)
    assert [one["body"] for one in server.pulls[7].comments] == [f"{MARK}\ntwo"]
    assert server.states("shop/pr-7") == ["inactive"]
    assert not server.violations
