"""Previews and plans by CircleCI, Azure Pipelines and Jenkins, for pull requests of another's forge, by the whole program."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.fakes.github_server import TOKEN, GitHubServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

ONE, TWO = "1" * 40, "2" * 40
REPOSITORY = "github.com/codertocat/hello-world"
URL = "https://github.com/Codertocat/Hello-World/pull/7"
CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    build: {import-check: never}
"""
SYSTEMS = {
    "circleci": {
        "CIRCLECI": "true",
        "CIRCLE_PULL_REQUEST": URL,
        "CIRCLE_REPOSITORY_URL": "git@github.com:Codertocat/Hello-World.git",
        "CIRCLE_SHA1": ONE,
        "CIRCLE_BUILD_URL": "https://ci.example/9",
    },
    "azure": {
        "TF_BUILD": "True",
        "BUILD_REPOSITORY_URI": "https://github.com/Codertocat/Hello-World",
        "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": ONE,
        "SYSTEM_COLLECTIONURI": "https://ci.example/",
        "BUILD_BUILDID": "9",
    },
    "jenkins": {
        "JENKINS_URL": "https://ci.example/",
        "CHANGE_URL": URL,
        "GIT_URL": "https://github.com/Codertocat/Hello-World.git",
        "BUILD_URL": "https://ci.example/9",
    },
}
FORKS = {
    "circleci": {"CIRCLE_PR_USERNAME": "stranger"},
    "azure": {"SYSTEM_PULLREQUEST_ISFORK": "True"},
    "jenkins": {"CHANGE_FORK": "stranger"},
}
each_system = pytest.mark.parametrize("system", SYSTEMS)


@pytest.fixture
def github(cli: Cli) -> Iterator[GitHubServer]:
    """With pull request 7, and a token for it."""
    cli.write("lambda-ci.yml", CONFIG)
    with GitHubServer() as server:
        server.open(7, head=ONE)
        cli.environ |= {"GITHUB_API_URL": server.api, "GITHUB_TOKEN": TOKEN}
        yield server
        assert not server.violations


@each_system
def test_a_pull_request_gets_a_preview_a_comment_and_a_sweep(
    cli: Cli, aws: AwsServer, github: GitHubServer, system: str
) -> None:
    cli("preview", environ=SYSTEMS[system])
    ran = cli("preview", "--json", environ=SYSTEMS[system])
    assert ran.code == 0, ran.err
    assert ran.document["preview"]["mark"] == f"{REPOSITORY}:7", "as GitHub's own jobs mark it"
    [comment] = github.pulls[7].comments
    assert "### 🔎 Preview" in comment["body"]
    assert "[The run](https://ci.example/" in comment["body"]
    assert TOKEN not in (ran.out + ran.err).replace(f"[task.setsecret]{TOKEN}", "")

    github.pulls[7].state = "closed"
    scheduled = {name: "" for name in SYSTEMS[system] if "PULL" in name or "CHANGE" in name}
    ran = cli("preview", "sweep", environ={**SYSTEMS[system], **scheduled})
    assert ran.code == 0, ran.err
    assert "orders-pr-7" not in aws.functions
    assert "Preview removed" in github.pulls[7].comments[0]["body"]


@each_system
def test_a_plan_is_one_comment(cli: Cli, aws: AwsServer, github: GitHubServer, system: str) -> None:
    for _ in range(2):
        ran = cli("plan", "--comment", environ=SYSTEMS[system])
        assert ran.code == 0, ran.err
    assert ["Plan: a deploy would change 1 of 1" in one["body"] for one in github.pulls[7].comments] == [True]
    assert aws.writes == []


@each_system
def test_a_fork_is_skipped_loudly(cli: Cli, aws: AwsServer, github: GitHubServer, system: str) -> None:
    ran = cli("preview", environ={**SYSTEMS[system], **FORKS[system]})
    assert (ran.code, aws.writes, github.requests) == (0, [], [])
    assert "comes from a fork" in ran.err


@pytest.mark.parametrize("system", ["circleci", "azure"])
def test_a_late_run_leaves_the_newer_commit_alone(cli: Cli, aws: AwsServer, github: GitHubServer, system: str) -> None:
    github.pulls[7].head = TWO
    ran = cli("preview", environ=SYSTEMS[system])
    assert (ran.code, aws.writes) == (0, [])
    assert "a newer commit was pushed" in ran.err


@pytest.mark.parametrize("merged", [False, True])
def test_jenkins_does_not_tell_the_commit_and_the_work_tree_does(
    cli: Cli, aws: AwsServer, github: GitHubServer, *, merged: bool
) -> None:
    """It may have merged the pull request with its target by itself."""
    base = _commit(cli, "both have it")
    head = _commit(cli, "the pull request's")
    if merged:
        _git(cli, "checkout", "-q", "-b", "target", base)
        _commit(cli, "the target's")
        _git(cli, "merge", "-q", "--no-ff", "-m", "Jenkins", head)
    github.pulls[7].head = head
    ran = cli("preview", environ=SYSTEMS["jenkins"])
    assert ran.code == 0, ran.err
    assert f"`{head[:7]}`" in github.pulls[7].comments[0]["body"]

    aws.requests.clear()
    github.pulls[7].head = TWO
    ran = cli("preview", environ=SYSTEMS["jenkins"])
    assert (ran.code, aws.writes) == (0, [])
    assert "a newer commit was pushed" in ran.err


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"GITHUB_TOKEN": ""}, "there is no token for github.com"),
        ({"CIRCLE_REPOSITORY_URL": "https://git.example/octo/shop"}, "git.example is not known as a forge"),
        ({"CIRCLE_REPOSITORY_URL": ""}, "the host of the repository is not known as a forge"),
    ],
)
def test_without_a_forge_it_is_deployed_and_what_is_missing_said(
    cli: Cli, aws: AwsServer, environ: dict[str, str], told: str
) -> None:
    ran = cli("preview", environ={**SYSTEMS["circleci"], **environ})
    assert ran.code == 0, ran.err
    assert "orders-pr-7" in aws.functions
    assert told in ran.err


@pytest.mark.usefixtures("github")
def test_azures_own_repositories_get_previews_that_go_by_their_age(cli: Cli, aws: AwsServer) -> None:
    own = {**SYSTEMS["azure"], "BUILD_REPOSITORY_URI": "https://octo@dev.azure.com/octo/shop/_git/shop"}
    ran = cli("preview", "--json", environ=own)
    assert ran.code == 0, ran.err
    assert ran.document["preview"]["mark"] == "dev.azure.com/octo/shop/_git/shop:7"
    assert "dev.azure.com is not known as a forge" in ran.err
    tags = aws.functions["orders-pr-7"].tags
    tags["lambda-ci:preview-pushed"] = "2020-01-01T00:00:00Z"
    assert cli("preview", "sweep", "--preview-ttl", "72h", environ=own).code == 0
    assert "orders-pr-7" not in aws.functions


def test_a_github_of_ones_own_is_known_by_its_api(cli: Cli, github: GitHubServer, aws: AwsServer) -> None:
    host = github.api.partition("://")[2]
    own = {
        "CIRCLE_REPOSITORY_URL": f"http://{host}/Codertocat/Hello-World",
        "CIRCLE_PULL_REQUEST": f"http://{host}/Codertocat/Hello-World/pull/7",
    }
    ran = cli("preview", environ={**SYSTEMS["circleci"], **own})
    assert ran.code == 0, ran.err
    assert "orders-pr-7" in aws.functions
    assert len(github.pulls[7].comments) == 1


def _commit(cli: Cli, message: str) -> str:
    if not (cli.folder / ".git").exists():
        _git(cli, "init", "-q")
    cli.write(f"{message}.txt", message)
    _git(cli, "add", f"{message}.txt")
    _git(cli, "commit", "-q", "-m", message)
    return _git(cli, "rev-parse", "HEAD")


def _git(cli: Cli, *arguments: str) -> str:
    """Whoever runs the tests, and whatever their own settings are."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    command = ["git", "-C", str(cli.folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
