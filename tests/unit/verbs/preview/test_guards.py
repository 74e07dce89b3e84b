"""What a preview must never do: overtake a newer commit, outlive its pull request, run a fork's code, fail because GitHub does."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.aws_server import Before, Lost
from tests.fakes.github_server import Fault
from tests.fakes.pull_requests import ONE, TWO

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.pull_requests import Pulls


def _fork(event: Any) -> None:  # noqa: ANN401 - JSON
    event["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"


def _deleted_fork(event: Any) -> None:  # noqa: ANN401
    event["pull_request"]["head"]["repo"] = None


# two pushes


def test_a_run_for_an_older_commit_builds_and_writes_nothing(pulls: Pulls, aws: AwsServer) -> None:
    pulls.pull.head = TWO
    ran = pulls("opened")
    assert (ran.code, aws.requests, pulls.comments) == (0, [], [])
    assert "No preview: a newer commit was pushed, 222222222222" in ran.document["notice"]


def test_a_push_while_it_is_being_built_stops_it_before_the_first_write(pulls: Pulls, aws: AwsServer) -> None:
    aws.faults.add("GetFunction", Before(lambda: setattr(pulls.pull, "head", TWO)))
    ran = pulls("opened")
    assert (ran.code, aws.writes, pulls.comments) == (0, [], [])
    assert "a newer commit was pushed" in ran.document["notice"]


def test_a_push_after_it_was_deployed_keeps_it_from_announcing(pulls: Pulls, aws: AwsServer) -> None:
    aws.faults.add("CreateAlias", Before(lambda: setattr(pulls.pull, "head", TWO)))
    assert pulls("opened").code == 0
    assert pulls.comments == [], "the newer run announces its own"
    ran = pulls("synchronize", head=TWO)
    assert (ran.code, list(aws.functions), len(pulls.comments)) == (0, ["orders-pr-2"], 1)


def test_a_force_push_to_an_older_commit_is_deployed(pulls: Pulls) -> None:
    pulls.pull.head = TWO
    pulls("synchronize", head=TWO)
    pulls.pull.head = ONE
    assert pulls("synchronize", head=ONE).code == 0
    assert "`1111111`" in pulls.comments[0]


# closed meanwhile


def test_what_is_closed_before_it_begins_is_not_deployed(pulls: Pulls, aws: AwsServer) -> None:
    pulls.pull.state = "closed"
    ran = pulls("opened")
    assert (ran.code, aws.functions) == (0, {})


def test_what_is_closed_while_it_is_deployed_goes_again(pulls: Pulls, aws: AwsServer) -> None:
    aws.faults.add("CreateAlias", Before(lambda: setattr(pulls.pull, "state", "closed")))
    ran = pulls("opened")
    assert (ran.code, aws.functions, pulls.comments) == (0, {}, []), ran.err
    assert ran.document["verb"] == "preview down"


# labels


def test_a_label_may_be_asked_for(pulls: Pulls, aws: AwsServer) -> None:
    gated = {"LAMBDA_CI_PREVIEW_LABEL": "preview"}
    assert pulls("opened", environ=gated).code == 0
    assert aws.functions == {}

    def labelled(event: Any) -> None:  # noqa: ANN401
        event["pull_request"]["labels"][0]["name"] = "preview"

    assert pulls("labeled", change=labelled, environ=gated).code == 0
    assert list(aws.functions) == ["orders-pr-2"]
    ran = pulls("unlabeled", environ=gated)
    assert (ran.code, aws.functions) == (0, {})
    assert "the label preview was taken off" in pulls.comments[0]


# forks


@pytest.mark.parametrize("change", [_fork, _deleted_fork])
@pytest.mark.parametrize("action", ["opened", "closed"])
def test_a_fork_is_skipped_loudly(pulls: Pulls, aws: AwsServer, action: str, change: Any) -> None:  # noqa: ANN401
    summary = pulls.cli.folder / "summary.md"
    ran = pulls(action, change=change, environ={"GITHUB_STEP_SUMMARY": str(summary)})
    assert (ran.code, aws.requests, pulls.comments) == (0, [], [])
    assert "::warning title=lambda-ci::" in ran.err
    assert "comes from a fork" in summary.read_text("utf-8")


def test_a_forks_code_is_not_built_with_the_rights_of_the_base(pulls: Pulls, aws: AwsServer) -> None:
    ran = pulls("opened", change=_fork, name="pull_request_target")
    assert (ran.code, aws.requests) == (2, [])
    assert "a fork's code must not be built here" in ran.document["error"]["what"]


# GitHub in trouble


def test_github_down_at_the_end_costs_the_comment_only(pulls: Pulls, aws: AwsServer) -> None:
    pulls.github.faults = [Fault("comments", status=503, times=99)]
    ran = pulls("opened")
    assert (ran.code, list(aws.functions), pulls.comments) == (0, ["orders-pr-2"], [])
    assert "GitHub does not answer" in ran.err
    pulls.github.faults = []
    assert pulls("synchronize").code == 0
    assert len(pulls.comments) == 1


def test_github_down_from_the_beginning_deploys_all_the_same(pulls: Pulls, aws: AwsServer) -> None:
    pulls.github.faults = [Fault(".", times=99)]
    ran = pulls("opened")
    assert (ran.code, list(aws.functions)) == (0, ["orders-pr-2"])


def test_no_token_deploys_and_says_what_is_missing(pulls: Pulls, aws: AwsServer) -> None:
    ran = pulls("opened", environ={"GITHUB_TOKEN": ""})
    assert (ran.code, list(aws.functions), pulls.github.requests) == (0, ["orders-pr-2"], [])
    assert "GITHUB_TOKEN" in ran.err


def test_a_token_that_may_not_write_names_the_permission(pulls: Pulls) -> None:
    pulls.github.permissions = {"pulls"}
    ran = pulls("opened")
    assert ran.code == 0
    assert "pull-requests: write" in ran.err


def test_a_locked_conversation_is_told_from_a_missing_right(pulls: Pulls) -> None:
    pulls.github.faults = [Fault("POST .*comments", 403, "Unable to create comment because issue is locked.")]
    ran = pulls("opened")
    assert ran.code == 0
    assert "unlock the conversation" in ran.err
    assert "pull-requests: write" not in ran.err


def test_a_token_that_has_expired_is_explained(pulls: Pulls) -> None:
    ran = pulls("opened", environ={"GITHUB_TOKEN": "ghs_an-old-one"})
    assert ran.code == 0
    assert "has expired" in ran.err


def test_a_run_that_dies_between_deploy_and_comment_is_made_good_by_the_next(pulls: Pulls, aws: AwsServer) -> None:
    pulls.github.faults = [Fault("POST .*comments", times=99)]
    pulls("opened")
    assert (list(aws.functions), pulls.comments) == (["orders-pr-2"], [])
    pulls.github.faults = []
    ran = pulls("opened")
    assert (ran.code, ran.document["changed"], len(pulls.comments)) == (0, False, 1)


def test_an_answer_that_was_lost_makes_no_second_comment(pulls: Pulls) -> None:
    pulls.github.faults = [Fault("POST .*comments", after=True)]
    assert pulls("opened").code == 0
    assert len(pulls.comments) == 1


def test_a_comment_that_somebody_deleted_is_written_again(pulls: Pulls) -> None:
    pulls("opened")
    pulls.pull.comments.clear()
    pulls("reopened")
    assert len(pulls.comments) == 1


def test_somebody_elses_comment_with_the_marker_is_left_alone(pulls: Pulls) -> None:
    forged = "<!-- lambda-ci preview of shop -->\nclick here"
    pulls.github.say(2, forged, login="mallory")
    assert pulls("opened").code == 0
    assert (pulls.comments[0], len(pulls.comments)) == (forged, 2)


def test_the_comment_is_found_among_hundreds(pulls: Pulls) -> None:
    for number in range(230):
        pulls.github.say(2, f"remark {number}", login="octocat")
    pulls("opened")
    pulls.github.say(2, "one more", login="octocat")
    pulls("reopened")
    assert sum("lambda-ci preview" in one for one in pulls.comments) == 1


def test_a_lost_answer_of_aws_is_made_good(pulls: Pulls, aws: AwsServer) -> None:
    aws.faults.add("PublishVersion", Lost())
    assert pulls("opened").code == 0
    assert len(pulls.comments) == 1


def test_a_show_is_no_deployment(pulls: Pulls, aws: AwsServer) -> None:
    ran = pulls("opened", "preview", "up", "--dry-run", "--json")
    assert (ran.code, aws.requests) == (2, [])
    assert pulls("closed", "preview", "--dry-run").code == 0


def test_of_several_functions_each_is_its_own(pulls: Pulls, aws: AwsServer) -> None:
    config = (pulls.cli.folder / "lambda-ci.yml").read_text("utf-8")
    second = (
        "  second: {source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}\n"
    )
    pulls.cli.write("lambda-ci.yml", config.replace("stages:", second + "stages:"))
    pulls("opened", environ={"LAMBDA_CI_PREVIEW_ANNOUNCE": "both"})
    assert sorted(aws.functions) == ["orders-pr-2", "second-pr-2"]
    assert {one["environment"] for one in pulls.github.deployments} == {"shop/pr-2/orders", "shop/pr-2/second"}
    pulls("closed", environ={"LAMBDA_CI_PREVIEW_ANNOUNCE": "both"})
    assert pulls.github.states("shop/pr-2/orders") == pulls.github.states("shop/pr-2/second") == ["inactive"]


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"])
def test_two_runs_at_once_leave_the_newer_commit(pulls: Pulls, aws: AwsServer, operation: str) -> None:
    """The newer run begins and ends while the older one is about to make a request, after it had asked GitHub."""
    pulls("opened")
    newer: list[int] = []

    def push() -> None:
        pulls.pull.head = TWO
        pulls.cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'newer'}\n")
        newer.append(pulls("synchronize", head=TWO).code)

    pulls.cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'older'}\n")
    aws.faults.add(operation, Before(push))
    older = pulls("synchronize")
    assert (newer, older.code) == ([0], 0)
    preview = aws.functions["orders-pr-2"]
    live = preview.versions[str(preview.aliases["live"]["FunctionVersion"])]
    assert live["CodeSha256"] == _code_sha256(pulls), "the package of the newer run, which was built last"
    assert "`2222222`" in pulls.comments[0]


def _code_sha256(pulls: Pulls) -> str:
    digest = hashlib.sha256((pulls.cli.folder / "dist" / "orders.zip").read_bytes()).digest()
    return base64.b64encode(digest).decode()
