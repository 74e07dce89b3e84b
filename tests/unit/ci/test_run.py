"""Which run this is, by the variables of each CI system."""

from __future__ import annotations

import pytest

from lambda_ci.ci.run import run_of
from lambda_ci.model.inventory import Repository

SHA = "0123456789abcdef0123456789abcdef01234567"
SYSTEMS = {
    "github": (
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://git.example",
            "GITHUB_REPOSITORY": "o/shop",
            "GITHUB_RUN_ID": "7",
            "GITHUB_RUN_ATTEMPT": "2",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "GITHUB_SHA": SHA,
        },
        "https://git.example/actions/runner/github-hosted",
        "https://git.example/o/shop/actions/runs/7/attempts/2",
        "https://git.example/o/shop",
    ),
    "gitlab": (
        {
            "GITLAB_CI": "true",
            "CI_PROJECT_URL": "https://git.example/o/shop",
            "CI_RUNNER_ID": "5",
            "CI_JOB_URL": "https://git.example/o/shop/-/jobs/9",
            "CI_COMMIT_SHA": SHA,
        },
        "https://git.example/o/shop/-/runners/5",
        "https://git.example/o/shop/-/jobs/9",
        "https://git.example/o/shop",
    ),
    "bitbucket": (
        {
            "BITBUCKET_BUILD_NUMBER": "3",
            "BITBUCKET_STEP_UUID": "{1-2}",
            "BITBUCKET_GIT_HTTP_ORIGIN": "http://git.example/o/shop",
            "BITBUCKET_COMMIT": SHA,
        },
        "https://bitbucket.org/product/features/pipelines",
        "https://git.example/o/shop/pipelines/results/3/steps/%7B1-2%7D",
        "https://git.example/o/shop",
    ),
    "circleci": (
        {
            "CIRCLECI": "true",
            "CIRCLE_BUILD_URL": "https://ci.example/gh/o/shop/4",
            "CIRCLE_REPOSITORY_URL": "https://user:secret@git.example/o/shop",
            "CIRCLE_SHA1": SHA,
        },
        "https://circleci.com",
        "https://ci.example/gh/o/shop/4",
        "https://git.example/o/shop",
    ),
    "azure": (
        {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": "https://dev.example/o/",
            "SYSTEM_TEAMPROJECT": "shop",
            "BUILD_BUILDID": "11",
            "BUILD_REPOSITORY_URI": "https://git.example/o/shop",
            "BUILD_SOURCEVERSION": SHA,
        },
        "https://dev.example/o/",
        "https://dev.example/o/shop/_build/results?buildId=11",
        "https://git.example/o/shop",
    ),
    "jenkins": (
        {
            "JENKINS_URL": "https://jenkins.example/",
            "BUILD_URL": "https://jenkins.example/job/shop/5/",
            "BUILD_NUMBER": "5",
            "GIT_COMMIT": SHA,
            "GIT_URL": "https://user:secret@git.example/o/shop",
        },
        "https://jenkins.example/",
        "https://jenkins.example/job/shop/5/",
        "https://git.example/o/shop",
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_each_system_says_who_it_is_which_run_and_which_commit(name: str) -> None:
    environ, builder, invocation, url = SYSTEMS[name]
    run = run_of(environ)
    assert run
    assert (run.builder, run.invocation, run.repository) == (builder, invocation, Repository(commit=SHA, url=url))


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_a_system_does_not_say_is_left_out(name: str) -> None:
    mark = next(iter(SYSTEMS[name][0]))
    run = run_of({mark: "true"})
    assert run
    assert run.repository is None
    assert run.builder


def test_another_machine_is_no_run() -> None:
    assert run_of({"CI": "true"}) is None
    assert run_of({"GITLAB_CI": "false", "CI_JOB_ID": "1"}) is None
