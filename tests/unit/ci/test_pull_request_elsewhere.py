"""Which pull request a run of CircleCI, Azure Pipelines or Jenkins is about, by their variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.pull_request import pull_request, repository_of
from lambda_ci.ci.pull_request_elsewhere import repository_at
from lambda_ci.model.preview import Event, PullRequest

ONE = "1" * 40
URL = "https://github.com/Octo/Shop/pull/7"
CIRCLECI = {
    "CIRCLECI": "true",
    "CIRCLE_PULL_REQUEST": URL,
    "CIRCLE_REPOSITORY_URL": "git@github.com:Octo/Shop.git",
    "CIRCLE_SHA1": ONE,
    "CIRCLE_BRANCH": "changes",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_REPOSITORY_URI": "https://github.com/Octo/Shop",
    "SYSTEM_PULLREQUEST_PULLREQUESTID": "123456789",
    "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7",
    "SYSTEM_PULLREQUEST_SOURCECOMMITID": ONE,
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/changes",
    "SYSTEM_PULLREQUEST_ISFORK": "False",
}
JENKINS = {
    "JENKINS_URL": "https://jenkins.example/",
    "CHANGE_ID": "7",
    "CHANGE_URL": URL,
    "CHANGE_BRANCH": "changes",
    "GIT_URL": "https://github.com/Octo/Shop.git",
    "GIT_COMMIT": "9" * 40,
}
SYSTEMS = {"circleci": CIRCLECI, "azure": AZURE, "jenkins": JENKINS}
each_system = pytest.mark.parametrize("system", SYSTEMS)


@each_system
def test_its_variables_tell_all(system: str) -> None:
    """Jenkins may have merged the pull request itself: its commit is none that the forge knows."""
    assert pull_request(SYSTEMS[system]) == PullRequest(
        repository="github.com/octo/shop",
        number=7,
        url=URL,
        head="" if system == "jenkins" else ONE,
        branch="changes",
        event=Event.CHANGED,
    )


@pytest.mark.parametrize(
    ("system", "more"),
    [
        ("circleci", {"CIRCLE_PR_USERNAME": "stranger"}),
        ("circleci", {"CIRCLE_PR_NUMBER": "7"}),
        ("azure", {"SYSTEM_PULLREQUEST_ISFORK": "True"}),
        ("jenkins", {"CHANGE_FORK": "stranger"}),
    ],
)
def test_a_fork_is_told_and_never_trusted(system: str, more: dict[str, str]) -> None:
    found = pull_request({**SYSTEMS[system], **more})
    assert found
    assert (found.from_fork, found.privileged) == (True, False)


@each_system
def test_other_runs_are_about_none_but_of_the_same_repository(system: str) -> None:
    """Such as a schedule's, which sweeps."""
    environ = SYSTEMS[system]
    other = {name: value for name, value in environ.items() if "PULL" not in name and "CHANGE" not in name}
    assert pull_request(other) is None
    assert repository_of(other) == "github.com/octo/shop"


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://bitbucket.org/Team/shop/pull-requests/7", "bitbucket.org/team/shop"),
        ("https://gitlab.com/team/sub/shop/-/merge_requests/7", "gitlab.com/team/sub/shop"),
        ("https://gitlab.com/team/shop/merge_requests/7", "gitlab.com/team/shop"),
        ("https://github.com/pull/7/pull/7", "github.com/pull/7"),
        ("https://git.example.com:8443/octo/shop/pull/7/files", "git.example.com:8443/octo/shop"),
    ],
)
def test_the_address_tells_the_forge(address: str, repository: str) -> None:
    for found in (
        pull_request({**CIRCLECI, "CIRCLE_PULL_REQUEST": address}),
        pull_request({**JENKINS, "CHANGE_URL": address}),
    ):
        assert found
        assert (found.repository, found.number) == (repository, 7)


@pytest.mark.parametrize(
    ("uri", "url"),
    [
        ("https://team@bitbucket.org/team/shop.git", "https://bitbucket.org/team/shop/pull-requests/12"),
        ("https://dev.azure.com/octo/shop/_git/shop", "https://dev.azure.com/octo/shop/_git/shop/pullrequest/12"),
    ],
)
def test_azures_own_number_counts_where_there_is_no_other(uri: str, url: str) -> None:
    given = {"SYSTEM_PULLREQUEST_PULLREQUESTID": "12", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": ""}
    found = pull_request({**AZURE, **given, "BUILD_REPOSITORY_URI": uri})
    assert found
    assert found.url == url


@pytest.mark.parametrize(
    "address",
    ["git@github.com:Octo/shop.git", "ssh://git@github.com:22/octo/Shop", "https://u:p@github.com/octo/shop.git/"],
)
def test_a_repository_is_the_same_however_it_was_cloned(address: str) -> None:
    assert repository_at(address) == "github.com/octo/shop"


@pytest.mark.parametrize("address", ["", "/srv/git/shop", "file:///srv/shop", "https://github.com", "C:\\shop"])
def test_what_is_on_no_forge_is_no_repository(address: str) -> None:
    assert repository_at(address) == ""
    assert pull_request({**JENKINS, "CHANGE_URL": address}) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    repository_at(text)
    pull_request({**CIRCLECI, "CIRCLE_PULL_REQUEST": text})
    pull_request({**AZURE, "BUILD_REPOSITORY_URI": text})
    pull_request({**JENKINS, "CHANGE_URL": text})
