"""What a sweep removes: previews whose closed event was lost, and those that are too old; never what is not marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Status
from tests.fakes.github_server import Fault
from tests.fakes.pull_requests import ONE

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Ran
    from tests.fakes.pull_requests import Pulls

OLD = "2020-01-01T00:00:00Z"


@pytest.fixture
def swept(pulls: Pulls) -> Pulls:
    pulls("opened")
    return pulls


def _sweep(pulls: Pulls, *flags: str, environ: dict[str, str] | None = None) -> Ran:
    return pulls("workflow_run", "preview", "sweep", "--json", *flags, name="schedule", environ=environ)


def test_a_preview_whose_closed_event_was_lost_goes(swept: Pulls, aws: AwsServer) -> None:
    swept.pull.state = "closed"
    ran = _sweep(swept)
    assert (ran.code, aws.functions) == (0, {})
    assert ran.function("orders-pr-2")["removed"] == ["orders-pr-2"]
    assert "Preview removed" in swept.comments[0]
    again = _sweep(swept)
    assert (again.code, again.document["functions"]) == (0, {})


def test_what_is_open_stays(swept: Pulls, aws: AwsServer) -> None:
    assert _sweep(swept).code == 0
    assert list(aws.functions) == ["orders-pr-2"]
    assert _sweep(swept, environ={"LAMBDA_CI_PREVIEW_TTL": "1h"}).code == 0
    assert list(aws.functions) == ["orders-pr-2"], "deployed less than an hour ago"


def test_what_is_older_than_its_time_goes_although_it_is_open(swept: Pulls, aws: AwsServer) -> None:
    aws.functions["orders-pr-2"].tags["lambda-ci:preview-pushed"] = OLD
    ran = _sweep(swept, environ={"LAMBDA_CI_PREVIEW_TTL": "14d"})
    assert (ran.code, aws.functions) == (0, {})
    assert "more than 14 days ago" in swept.comments[0]


def test_what_is_only_shown_stays(swept: Pulls, aws: AwsServer) -> None:
    swept.pull.state = "closed"
    ran = _sweep(swept, "--dry-run")
    assert (ran.code, list(aws.functions)) == (0, ["orders-pr-2"])
    assert "would be deleted" in ran.function("orders-pr-2")["kept"]["orders-pr-2"]
    assert "Preview removed" not in swept.comments[0]


@pytest.mark.parametrize(
    "tags",
    [
        {"lambda-ci:preview": "github.com/somebody/else:2"},
        {"lambda-ci:project": "another"},
        {"lambda-ci:preview": "github.com/codertocat/hello-world"},
        {"lambda-ci:preview": ""},
    ],
)
def test_what_is_not_this_repositorys_and_this_projects_stays(
    swept: Pulls, aws: AwsServer, tags: dict[str, str]
) -> None:
    swept.pull.state = "closed"
    aws.functions["orders-pr-2"].tags |= tags
    assert _sweep(swept).code == 0
    assert list(aws.functions) == ["orders-pr-2"]


def test_a_pull_request_that_github_does_not_tell_of_is_no_closed_one(swept: Pulls, aws: AwsServer) -> None:
    for fault in (Fault("pulls", 404, "Not Found"), Fault("pulls", 403, "no"), Fault("pulls", 200, "{}")):
        swept.github.faults = [fault]
        ran = _sweep(swept)
        assert (ran.code, list(aws.functions)) == (0, ["orders-pr-2"])
        assert "is not known" in ran.err


def test_without_the_right_to_ask_by_tags_every_function_is_looked_at(swept: Pulls, aws: AwsServer) -> None:
    denied = "User: arn:aws:iam::1:user/ci is not authorized to perform: tag:GetResources"
    aws.faults.add("GetResources", Status(400, "AccessDeniedException", denied), times=9)
    swept.pull.state = "closed"
    ran = _sweep(swept)
    assert (ran.code, aws.functions) == (0, {})
    assert "every function is looked at instead" in ran.err


def test_one_that_cannot_be_deleted_fails_the_sweep_and_keeps_its_comment(swept: Pulls, aws: AwsServer) -> None:
    aws.faults.add("DeleteFunction", Status(403, "AccessDeniedException", "no"), times=9)
    swept.pull.state = "closed"
    ran = _sweep(swept)
    assert (ran.code, list(aws.functions)) == (5, ["orders-pr-2"])
    assert "Preview removed" not in swept.comments[0]


def test_without_a_token_and_a_time_nothing_can_be_told(swept: Pulls) -> None:
    ran = _sweep(swept, environ={"GITHUB_TOKEN": ""})
    assert (ran.code, ran.document["error"]["what"]) == (2, "nothing tells which previews are left over")


def test_pages_are_followed(swept: Pulls, aws: AwsServer) -> None:
    for number in (7, 8, 9):
        swept.github.open(number, head=ONE).state = "closed"
        mark = {"lambda-ci:preview": f"github.com/codertocat/hello-world:{number}"}
        original = aws.functions["orders-pr-2"]
        aws.lambda_.create_function({
            "FunctionName": f"orders-pr-{number}",
            "Role": original.config["Role"],
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Code": {"ZipFile": original.code},
            "Tags": {**original.tags, **mark},
        })
    assert _sweep(swept).code == 0
    assert list(aws.functions) == ["orders-pr-2"]
