"""What the versions remember, and that an older commit does not take the place of a newer one by accident."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def commit(cli: Cli, release: int) -> str:
    cli.write("src/app.py", f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n")
    git(cli.folder, "add", "-A")
    git(cli.folder, "commit", "-q", "-m", f"release {release}")
    return git(cli.folder, "rev-parse", "HEAD")


@pytest.fixture
def commits(cli: Cli, aws: AwsServer) -> list[str]:
    """Three commits; the second one is deployed, by run 4711."""
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    cli.write(".gitignore", "cache/\ndist/\nsummary\n")
    git(cli.folder, "init", "-q", "-b", "main")
    first, second = commit(cli, 1), commit(cli, 2)
    cli.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711", "GITHUB_REPOSITORY": "octo/shop"}
    assert cli("deploy").code == 0
    return [first, second, commit(cli, 3)]


def described(aws: AwsServer, version: str) -> str:
    return str(aws.functions["orders"].versions[version]["Description"])


def test_a_version_remembers_commit_run_and_configuration(aws: AwsServer, commits: list[str]) -> None:
    assert described(aws, "1").startswith(f"[lambda-ci: commit {commits[1][:12]}, run 4711, config ")


def test_a_rollback_to_a_commit_finds_its_version(cli: Cli, aws: AwsServer, commits: list[str]) -> None:
    assert cli("deploy").code == 0
    ran = cli("rollback", "--to", commits[1])
    assert ran.code == 0, ran.err
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "1"


def test_an_older_commit_is_refused_before_anything_is_written(cli: Cli, aws: AwsServer, commits: list[str]) -> None:
    git(cli.folder, "checkout", "-q", commits[0])
    aws.requests.clear()
    ran = cli("deploy", "--json")
    assert (ran.code, aws.writes) == (5, [])
    failure = ran.function("orders")["failure"]
    assert (
        failure["what"]
        == f"the alias live of orders runs a newer commit, {commits[1][:12]}, than this one, {commits[0][:12]}"
    )
    assert "--allow-older" in failure["fix"]


def test_an_older_commit_is_refused_also_where_it_changes_only_what_is_beside_the_version(
    cli: Cli, aws: AwsServer, commits: list[str]
) -> None:
    git(cli.folder, "checkout", "-q", commits[0])
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'release': 2}\n")
    aws.requests.clear()
    assert cli("deploy").code == 0, "where there is nothing to do there is nothing to refuse"
    assert "a newer commit" in cli("plan", "--tags", "team=late").out
    ran = cli("deploy", "--tags", "team=late", "--json")
    assert (ran.code, aws.writes) == (5, [])
    assert "runs a newer commit" in ran.function("orders")["failure"]["what"]
    assert cli("deploy", "--tags", "team=late", "--allow-older").code == 0
    assert aws.functions["orders"].tags["team"] == "late"


def test_told_to_an_older_commit_is_deployed(cli: Cli, aws: AwsServer, commits: list[str]) -> None:
    git(cli.folder, "checkout", "-q", commits[0])
    assert cli("deploy", "--allow-older").code == 0
    assert described(aws, "2").startswith(f"[lambda-ci: commit {commits[0][:12]}")


@pytest.mark.usefixtures("commits")
def test_a_newer_commit_goes_and_the_same_one_has_nothing_to_do(cli: Cli, aws: AwsServer) -> None:
    assert cli("deploy").code == 0
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "2"
    assert cli("deploy", "--json").document["changed"] is False


@pytest.mark.usefixtures("commits")
def test_a_work_tree_with_changes_is_no_commit(cli: Cli, aws: AwsServer) -> None:
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'release': 'mine'}\n")
    assert cli("deploy").code == 0
    head = git(cli.folder, "rev-parse", "HEAD")
    assert described(aws, "2").startswith(f"[lambda-ci: changed {head[:12]}, run 4711, config ")


@pytest.mark.parametrize("changed", ["this one", "what runs"])
def test_changes_that_are_not_committed_keep_no_order_from_being_seen(
    cli: Cli, aws: AwsServer, commits: list[str], changed: str
) -> None:
    """A report of the tests that nobody committed is enough for a work tree with changes."""
    if changed == "what runs":
        cli.write("src/report.xml", "<tests/>")
        assert cli("deploy").code == 0
        (cli.folder / "src/report.xml").unlink()
    git(cli.folder, "checkout", "-q", commits[0])
    if changed == "this one":
        cli.write("src/report.xml", "<tests/>")
    aws.requests.clear()
    ran = cli("deploy")
    assert (ran.code, aws.writes) == (5, [])
    assert "runs a newer commit" in ran.err


@pytest.mark.parametrize(("run", "code"), [("4710", 5), ("4711", 0), ("4712", 0), ("", 0)])
def test_where_the_clone_does_not_know_the_other_commit_the_runs_are_counted(
    cli: Cli, aws: AwsServer, commits: list[str], run: str, code: int
) -> None:
    """actions/checkout fetches one commit only."""
    git(cli.folder, "checkout", "-q", commits[0])
    aws.functions["orders"].versions["1"]["Description"] = "[lambda-ci: commit 0123456789ab, run 4711]"
    aws.requests.clear()
    ran = cli("deploy", environ={"GITHUB_RUN_ID": run})
    assert (ran.code, bool(aws.writes)) == (code, not code), ran.err
    if code:
        assert "the alias live of orders runs what run 4711 deployed, which began after this one, 4710" in ran.err
        assert cli("deploy", "--allow-older", environ={"GITHUB_RUN_ID": run}).code == 0


def test_the_plan_says_that_a_deploy_would_be_refused(cli: Cli, commits: list[str]) -> None:
    git(cli.folder, "checkout", "-q", commits[0])
    ran = cli("plan")
    late = (
        f"  ! alias.live: a newer commit, {commits[1][:12]}, than this one, {commits[0][:12]} (a deploy stops before it"
    )
    assert ran.code == 0
    assert late in ran.out
    assert "! alias" not in cli("plan", "--allow-older").out
    assert "! alias" not in cli("plan", environ={"GITHUB_RUN_ID": "1"}).out.replace(late, "")


@pytest.mark.usefixtures("commits")
def test_a_commit_that_this_clone_does_not_know_is_no_reason_to_stop(cli: Cli, aws: AwsServer) -> None:
    version = aws.functions["orders"].versions["1"]
    version["Description"] = "[lambda-ci: commit 0123456789ab]"
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert "whether it is newer is not known" in ran.err


@pytest.mark.parametrize("missing", ["repository", "git"])
def test_files_that_came_without_a_repository_are_deployed(
    cli: Cli, aws: AwsServer, commits: list[str], missing: str
) -> None:
    """Built in one job and deployed in another, which knows its commit from the CI system alone."""
    cli.environ["GITHUB_SHA"] = commits[2]
    if missing == "repository":
        (cli.folder / ".git").rename(cli.folder.parent / "elsewhere")
    else:
        cli.environ["PATH"] = str(cli.folder / "nothing")
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert "whether it is newer is not known" in ran.err
    assert described(aws, "2").startswith(f"[lambda-ci: commit {commits[2][:12]}, run 4711")


def test_git_is_asked_once_in_a_run(cli: Cli, aws: AwsServer, commits: list[str]) -> None:
    """The versions and the papers both tell of the commit; in a large repository git takes long."""
    log = cli.folder / "cache/asked"
    git = cli.write("cache/bin/git", f'#!/bin/sh\necho "$*" >> {log}\nPATH=/usr/bin:/bin exec git "$@"\n')
    git.chmod(0o755)
    ran = cli("deploy", environ={"PATH": f"{git.parent}:/usr/bin:/bin"})
    assert ran.code == 0, ran.err
    assert sum(" status " in line for line in log.read_text().splitlines()) == 1
    assert commits[2][:12] in described(aws, "2")
