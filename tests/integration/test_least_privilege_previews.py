"""The least policy of previews: what the denials of a preview's whole life say is what ``lambda-ci policy --verb preview`` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.deploy.iam.previews import RIGHTS
from tests.fakes.aws_iam import Guard
from tests.fakes.aws_lambda import ACCOUNT
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.github_server import GitHubServer
from tests.fakes.least_privilege import ORDERS, advised
from tests.fakes.pull_requests import TWO, Pulls
from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = ORDERS + "stages: {preview: {functions: {orders: {url: {auth-type: NONE}}}}}\n"


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server, Web() as web:
        server.lambda_.served = web.url
        server.lambda_.handlers["orders-pr-2"] = lambda _event, _version: {"statusCode": 200}
        server.guard = Guard(region=server.region)
        yield server


@pytest.fixture
def pulls(tmp_path: Path, aws: AwsServer) -> Iterator[Pulls]:
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    cli = Cli(tmp_path, environ | {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region})
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200}\n")
    with GitHubServer() as github:
        yield Pulls(cli, github)


def _printed(pulls: Pulls) -> list[Any]:
    """The policy, as people put it in place."""
    ran = pulls.cli("policy", "--verb", "preview", "--account", ACCOUNT)
    assert ran.code == 0, ran.err
    statements: list[Any] = json.loads(ran.out)["Statement"]
    return statements


def _until_it_succeeds(pulls: Pulls, guard: Guard, action: str, *argv: str, name: str, head: str) -> None:
    """With what the denials have said so far, and nothing else."""
    for _ in range(40):
        ran = pulls(action, "preview", *argv, head=head, name=name)
        if ran.code == 0:
            return
        new = [one for one in advised(ran.err) if one not in guard.policy]
        assert new, ran.err
        guard.policy.append(new[0])
    raise AssertionError("denials without end")


def _life(pulls: Pulls) -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    """Opened, updated, closed; opened again and swept: event, arguments, its name, the newest commit."""
    yield "opened", (), "pull_request", pulls.pull.head
    pulls.pull.head = TWO
    pulls.cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'new'}\n")
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    pulls.cli.write(
        "lambda-ci.yml",
        config.replace("{url: {auth-type: NONE}}", "{timeout: 9, url: {auth-type: NONE, cors: {max-age: 9}}}"),
    )
    yield "synchronize", (), "pull_request", TWO
    pulls.pull.state = "closed"
    yield "closed", (), "pull_request", TWO
    pulls.pull.state = "open"
    yield "reopened", (), "pull_request", TWO
    pulls.pull.state = "closed"
    yield "workflow_run", ("sweep",), "schedule", TWO


def test_what_is_printed_suffices_and_is_for_previews_only(pulls: Pulls, aws: AwsServer) -> None:
    assert isinstance(aws.guard, Guard)
    aws.guard.policy = _printed(pulls)
    for action, argv, name, head in _life(pulls):
        ran = pulls(action, "preview", *argv, head=head, name=name)
        assert ran.code == 0, ran.err
        assert "is not authorized" not in ran.err
    assert aws.functions == {}
    own = [one for one in aws.guard.policy for resource in one["Resource"] if ":function:" in resource]
    assert own
    assert all(":function:orders-pr-*" in resource for one in own for resource in one["Resource"])


def test_every_action_of_it_is_needed(pulls: Pulls, aws: AwsServer) -> None:
    """Beside what a deploy needs, which has a proof of its own."""
    assert isinstance(aws.guard, Guard)
    own = {action for right in RIGHTS if not right.without for action in right.actions}
    for statement in _printed(pulls):
        kept = [one for one in statement["Action"] if one not in own]
        aws.guard.policy += [{**statement, "Action": kept}] if kept else []
    given = len(aws.guard.policy)
    assert pulls("opened").code == 0, "what is needed to remove it is not needed to deploy it"
    pulls.pull.state = "closed"
    _until_it_succeeds(pulls, aws.guard, "closed", name="pull_request", head=pulls.pull.head)
    assert {one["Action"] for one in aws.guard.policy[given:]} == own
