"""Which pull request a job of GitHub is about: GitHub's own examples of its events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.pull_request import github_pull_request, pull_request, repository_of
from lambda_ci.errors import ConfigurationError
from lambda_ci.model.preview import Event
from tests.fakes.github_contract import example

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "Codertocat/Hello-World"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["number", "head", "repo", "labels", "name", "sha", "full_name", "state"]), inner
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("action", "event"),
    [
        ("opened", Event.CHANGED),
        ("synchronize", Event.CHANGED),
        ("reopened", Event.CHANGED),
        ("labeled", Event.CHANGED),
        ("unlabeled", Event.UNLABELLED),
        ("closed", Event.CLOSED),
    ],
)
def test_every_event_names_its_pull_request(tmp_path: Path, action: str, event: Event) -> None:
    (tmp_path / "event.json").write_text(json.dumps(example(action)))
    pull = pull_request({**ENVIRON, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")})
    assert pull is not None
    assert (pull.number, pull.repository, pull.branch) == (2, "github.com/codertocat/hello-world", "changes")
    assert (pull.event, pull.from_fork, pull.privileged) == (event, False, False)
    assert pull.head == "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
    assert pull.url == "https://github.com/Codertocat/Hello-World/pull/2"


def test_whose_code_it_is_and_whose_rights_it_has() -> None:
    event = example("opened")
    event["pull_request"]["head"]["repo"]["full_name"] = "stranger/Hello-World"
    pull = github_pull_request(event, {**ENVIRON, "GITHUB_EVENT_NAME": "pull_request_target"})
    assert pull is not None
    assert (pull.from_fork, pull.privileged) == (True, True)
    event["pull_request"]["head"]["repo"] = None
    pull = github_pull_request(event, ENVIRON)
    assert pull is not None
    assert pull.from_fork, "a fork that was deleted"


def test_an_enterprise_server_is_another_host() -> None:
    environ = {**ENVIRON, "GITHUB_SERVER_URL": "https://git.example.com/"}
    assert repository_of(environ) == "git.example.com/codertocat/hello-world"
    assert repository_of({}) == ""


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"pull_request": 7}', '{"pull_request": {"number": "7"}}', '{"ref": "x"}']
)
def test_other_events_are_about_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "event.json").write_text(content)
    assert pull_request({**ENVIRON, "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}) is None
    assert (pull_request(ENVIRON), pull_request({})) == (None, None)


def test_an_event_that_cannot_be_read_says_where_it_should_be(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text("{")
    for path in ("event.json", "missing.json"):
        with pytest.raises(ConfigurationError, match="the event of this run cannot be read"):
            pull_request({**ENVIRON, "GITHUB_EVENT_PATH": str(tmp_path / path)})


@given(JSON)
def test_no_event_breaks_it(pull: Any) -> None:  # noqa: ANN401 - JSON
    github_pull_request({"pull_request": pull}, ENVIRON)
