"""A fork's own configuration is never read with the rights of the base, however it was checked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls

WAYS = [("opened", "preview", "up", "--prebuilt", "dist"), ("closed", "preview"), ("opened", "plan", "--comment")]


def _fork(event: Any) -> None:  # noqa: ANN401 - JSON
    event["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"


def _as_it_is(repository: Repository) -> str:
    return repository.commit("of the fork")


def _merged(repository: Repository) -> str:
    """As refs/pull/N/merge has it."""
    repository.git("checkout", "--quiet", "-b", "fork")
    head = repository.commit("of the fork")
    repository.git("checkout", "--quiet", "main")
    repository.commit("of the base")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "fork")
    return head


def _only_the_merge(repository: Repository) -> str:
    """And fetched without its parents."""
    head = _merged(repository)
    (repository.folder / ".git" / "shallow").write_text(repository.git("rev-parse", "HEAD") + "\n")
    return head


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("checked_out", [_as_it_is, _merged, _only_the_merge])
def test_the_forks_own_tree_is_refused(
    pulls: Pulls, aws: AwsServer, checked_out: Callable[[Repository], str], way: tuple[str, ...]
) -> None:
    head = checked_out(Repository(pulls.cli.folder))
    event, *argv = way
    ran = pulls(event, *argv, "--json", head=head, name="pull_request_target", change=_fork)
    assert (ran.code, aws.requests, pulls.github.requests) == (2, [], []), ran.err
    assert "the work tree is the fork's own" in ran.document["error"]["what"]


def test_the_bases_own_tree_is_worked_with(pulls: Pulls, aws: AwsServer) -> None:
    Repository(pulls.cli.folder)
    pulls.pull.home, pulls.pull.owner = "stranger/Hello-World", "stranger"
    assert pulls("closed", name="pull_request_target", change=_fork).code == 0
    assert "GetResources" in aws.operations


def test_a_tree_that_is_not_the_pull_requests_is_warned_of(pulls: Pulls, aws: AwsServer) -> None:
    """As pull_request_target checks it out."""
    repository = Repository(pulls.cli.folder)
    ran = pulls("opened", name="pull_request_target")
    assert (ran.code, list(aws.functions)) == (0, ["orders-pr-2"])
    assert "which is not made of the pull request's commit" in ran.err
    pulls.pull.head = _merged(repository)
    assert "which is not made of" not in pulls("synchronize", head=pulls.pull.head).err


def test_dependabot_without_credentials_is_skipped_loudly(pulls: Pulls, aws: AwsServer) -> None:
    hosted = {"GITHUB_ACTOR": "dependabot[bot]", "RUNNER_ENVIRONMENT": "github-hosted"}
    ran = pulls("opened", environ={**hosted, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert (ran.code, aws.requests) == (0, [])
    assert "::warning" in ran.err
    assert "Dependabot" in ran.document["notice"]
    assert pulls("opened", environ=hosted).code == 0, "somebody gave it keys"
    assert list(aws.functions) == ["orders-pr-2"]
