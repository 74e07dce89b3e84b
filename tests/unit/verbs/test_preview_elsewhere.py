"""Previews of GitLab's merge requests and Bitbucket's pull requests, by the whole program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.gitlab_server import BOT, PROJECT, TOKEN, GitLabServer
from tests.fakes.json_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

ONE, TWO = "1" * 40, "2" * 40
ADDRESS = "https://gitlab.example/team/shop"
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
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "12",
    "BITBUCKET_REPO_FULL_NAME": "team/shop",
    "BITBUCKET_PR_ID": "7",
    "BITBUCKET_COMMIT": ONE,
}


@pytest.fixture
def gitlab(cli: Cli) -> Iterator[GitLabServer]:
    """With merge request 7; the environment is that of its pipeline."""
    with GitLabServer() as server:
        server.open(7, head=ONE)
        cli.environ |= {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": server.api,
            "CI_PROJECT_ID": PROJECT,
            "CI_PROJECT_URL": ADDRESS,
            "CI_JOB_URL": f"{ADDRESS}/-/jobs/9",
            "CI_COMMIT_SHA": ONE,
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_PROJECT_ID": PROJECT,
            "CI_MERGE_REQUEST_PROJECT_URL": ADDRESS,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": PROJECT,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "changes",
            "GITLAB_TOKEN": TOKEN,
        }
        yield server


@pytest.fixture(autouse=True)
def configured(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG)


def test_a_merge_request_gets_functions_a_note_and_an_environment(
    cli: Cli, aws: AwsServer, gitlab: GitLabServer
) -> None:
    ran = cli("preview")
    assert ran.code == 0, ran.err
    assert "orders-pr-7" in aws.functions
    [note] = gitlab.notes[7]
    assert "### 🔎 Preview" in note["body"]
    assert f"[The run]({ADDRESS}/-/jobs/9)" in note["body"]
    assert [one["name"] for one in gitlab.environments] == ["shop/pr-7"]
    assert [one["status"] for one in gitlab.deployments] == ["success"]
    assert TOKEN not in ran.out + ran.err


def test_the_job_that_stops_the_environment_removes_all_of_it(cli: Cli, aws: AwsServer, gitlab: GitLabServer) -> None:
    cli("preview")
    ran = cli("preview", "down")
    assert ran.code == 0, ran.err
    assert "orders-pr-7" not in aws.functions
    assert "Preview removed" in gitlab.notes[7][0]["body"]
    assert [one["state"] for one in gitlab.environments] == ["stopped"]


def test_a_late_pipeline_leaves_the_newer_commit_alone(cli: Cli, aws: AwsServer, gitlab: GitLabServer) -> None:
    gitlab.open(7, head=TWO)
    ran = cli("preview")
    assert ran.code == 0
    assert "a newer commit was pushed" in ran.err
    assert aws.writes == []


def test_a_scheduled_pipeline_sweeps_what_closed_merge_requests_left(
    cli: Cli, aws: AwsServer, gitlab: GitLabServer
) -> None:
    cli("preview")
    gitlab.open(7, head=ONE, state="merged")
    scheduled = {name: "" for name in cli.environ if name.startswith("CI_MERGE_REQUEST_")}
    ran = cli("preview", "sweep", environ=scheduled)
    assert ran.code == 0, ran.err
    assert "orders-pr-7" not in aws.functions


@pytest.mark.usefixtures("gitlab")
def test_a_sweep_whose_token_has_no_rights_removes_nothing(cli: Cli, aws: AwsServer) -> None:
    cli("preview")
    ran = cli("preview", "sweep", environ={"GITLAB_TOKEN": "glpat-of-another"})
    assert "orders-pr-7" in aws.functions
    assert "is not known" in ran.err


def test_without_a_token_it_is_said_and_the_preview_is_deployed(cli: Cli, aws: AwsServer, gitlab: GitLabServer) -> None:
    ran = cli("preview", environ={"GITLAB_TOKEN": "", "CI_JOB_TOKEN": "job"})
    assert ran.code == 0, ran.err
    assert "orders-pr-7" in aws.functions
    assert "CI_JOB_TOKEN can neither" in ran.err
    assert gitlab.asked == []


@pytest.mark.parametrize("route", ["GET .*/merge_requests/7", "GET .*/7/notes", "GET .*/user", "GET .*/environments"])
@pytest.mark.parametrize("fault", [Reply(429, {"message": "slowly"}, {"Retry-After": "20"}), Reply(502, "<html>")])
def test_what_passes_is_waited_for(cli: Cli, aws: AwsServer, gitlab: GitLabServer, route: str, fault: Reply) -> None:
    gitlab.note(7, "<!-- lambda-ci preview of shop -->\nan earlier one", BOT)
    gitlab.faults.append((route, fault))
    ran = cli("preview")
    assert ran.code == 0, ran.err
    assert gitlab.faults == []
    assert "warning" not in ran.err
    assert "orders-pr-7" in aws.functions
    assert len(gitlab.notes[7]) == 1
    assert [one["status"] for one in gitlab.deployments] == ["success"]


@pytest.mark.parametrize("route", ["POST .*/7/notes", "POST .*/environments", "POST .*/deployments"])
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Reply(401, {"message": "401 Unauthorized"}), "has expired"),
        (Reply(403, {"error": "insufficient_scope"}), "not the right"),
    ],
)
def test_a_refusal_is_a_warning_and_leaves_the_preview(
    cli: Cli, aws: AwsServer, gitlab: GitLabServer, route: str, fault: Reply, told: str
) -> None:
    gitlab.faults.append((route, fault))
    ran = cli("preview")
    assert ran.code == 0, ran.err
    assert gitlab.faults == []
    assert told in ran.err
    assert "orders-pr-7" in aws.functions


def test_a_forks_merge_request_is_skipped_loudly(cli: Cli, aws: AwsServer, gitlab: GitLabServer) -> None:
    ran = cli("preview", environ={"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99", "CI_PROJECT_ID": "99"})
    assert ran.code == 0
    assert "comes from a fork" in ran.err
    assert aws.writes == []
    assert gitlab.notes[7] == []


def test_bitbucket_without_a_token_deploys_and_says_what_is_missing(cli: Cli, aws: AwsServer) -> None:
    ran = cli("preview", environ=BITBUCKET)
    assert ran.code == 0, ran.err
    assert "orders-pr-7" in aws.functions
    assert "BITBUCKET_ACCESS_TOKEN" in ran.err


def test_a_plan_is_one_note_for_each_project(cli: Cli, aws: AwsServer, gitlab: GitLabServer) -> None:
    for _ in range(2):
        ran = cli("plan", "--comment")
        assert ran.code == 0, ran.err
    [note] = gitlab.notes[7]
    assert "Plan: a deploy would change 1 of 1" in note["body"]
    assert aws.writes == []
