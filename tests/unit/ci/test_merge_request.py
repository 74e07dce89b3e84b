"""Which merge request of GitLab, or pull request of Bitbucket, a run is about, by the variables of their pipelines."""

from __future__ import annotations

import pytest

from lambda_ci.ci.pull_request import pull_request, repository_of
from lambda_ci.model.preview import Event, PullRequest

ONE, TWO = "1" * 40, "2" * 40
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_ID": "42",
    "CI_PROJECT_URL": "https://gitlab.example/Team/Sub/shop",
    "CI_COMMIT_SHA": ONE,
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/Team/Sub/shop",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "changes",
    "CI_MERGE_REQUEST_LABELS": "preview, bug",
}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "12",
    "BITBUCKET_REPO_FULL_NAME": "Team/shop",
    "BITBUCKET_PR_ID": "7",
    "BITBUCKET_BRANCH": "changes",
    "BITBUCKET_COMMIT": ONE,
}


def test_a_merge_request_pipeline_of_gitlab_tells_all() -> None:
    assert pull_request(GITLAB) == PullRequest(
        repository="gitlab.example/team/sub/shop",
        number=7,
        url="https://gitlab.example/Team/Sub/shop/-/merge_requests/7",
        head=ONE,
        branch="changes",
        event=Event.CHANGED,
        labels=frozenset({"preview", "bug"}),
    )


def test_in_a_pipeline_for_merged_results_the_head_is_that_of_the_branch() -> None:
    found = pull_request({**GITLAB, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": TWO})
    assert found
    assert found.head == TWO


@pytest.mark.parametrize(("runs_in", "privileged"), [("42", True), ("99", False)])
def test_a_fork_is_trusted_nowhere_and_has_rights_in_the_parent_only(runs_in: str, privileged: bool) -> None:
    found = pull_request({**GITLAB, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "99", "CI_PROJECT_ID": runs_in})
    assert found
    assert (found.from_fork, found.privileged) == (True, privileged)


def test_a_pull_request_pipeline_of_bitbucket_tells_all() -> None:
    assert pull_request(BITBUCKET) == PullRequest(
        repository="bitbucket.org/team/shop",
        number=7,
        url="https://bitbucket.org/Team/shop/pull-requests/7",
        head=ONE,
        branch="changes",
        event=Event.CHANGED,
    )


@pytest.mark.parametrize("environ", [GITLAB, BITBUCKET])
def test_other_pipelines_are_about_none_but_of_the_same_repository(environ: dict[str, str]) -> None:
    other = {name: value for name, value in environ.items() if "MERGE_REQUEST" not in name and "_PR_" not in name}
    asked = pull_request(environ)
    assert asked
    assert pull_request(other) is None
    assert repository_of(other) == asked.repository


@pytest.mark.parametrize("number", ["", "seven", "-7", "7;8"])
def test_a_number_that_is_none_is_no_merge_request(number: str) -> None:
    assert pull_request({**GITLAB, "CI_MERGE_REQUEST_IID": number}) is None
    assert pull_request({**BITBUCKET, "BITBUCKET_PR_ID": number}) is None


def test_a_run_at_home_is_about_none() -> None:
    """As gitlab-ci-local says it."""
    assert pull_request({**GITLAB, "GITLAB_CI": "false"}) is None
    assert repository_of({**GITLAB, "GITLAB_CI": "false"}) == ""
