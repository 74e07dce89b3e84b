"""GitLab as the forge of previews: notes that are edited in place, environments, and refusals in words."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.gitlab_api import GitLabApi, gitlab
from lambda_ci.errors import ForgeError
from lambda_ci.main import SystemClock
from lambda_ci.model.preview import Deployment, Standing, State
from tests.fakes.gitlab_server import BOT, PROJECT, STRANGER, TOKEN, GitLabServer
from tests.fakes.json_server import Reply
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = Path(__file__).parent / "tls"
MARKER = "<!-- lambda-ci preview of shop -->"
ONE, TWO = "1" * 40, "2" * 40
ADDRESS = "https://gitlab.com/team/shop"


@pytest.fixture
def server() -> Iterator[GitLabServer]:
    with GitLabServer() as server:
        server.open(7, head=ONE)
        yield server


def _forge(server: GitLabServer, token: str = TOKEN) -> GitLabApi:
    environ = {
        "CI_API_V4_URL": server.api,
        "CI_MERGE_REQUEST_PROJECT_URL": ADDRESS,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "changes",
    }
    return gitlab(PROJECT, token=token, environ=environ, clock=SystemClock())


def _text(words: str) -> str:
    return f"{MARKER}\n### {words}\n"


def _deployment(state: State, *, commit: str = ONE, url: str = "", name: str = "shop/pr-7") -> Deployment:
    return Deployment(group="shop/pr-7", environment=name, commit=commit, state=state, url=url)


@pytest.mark.parametrize(
    ("state", "is_open"), [("opened", True), ("locked", True), ("closed", False), ("merged", False)]
)
def test_the_standing_is_that_of_the_merge_request(server: GitLabServer, state: str, is_open: bool) -> None:
    server.open(7, head=TWO, state=state)
    assert _forge(server).standing(7) == Standing(open=is_open, head=TWO)


def test_a_merge_request_that_is_gone_is_not_open(server: GitLabServer) -> None:
    assert _forge(server).standing(8) == Standing(open=False, head="")


@pytest.mark.parametrize(
    "body", [None, [], {}, "<html>", {"state": "?"}, {"values": [{}]}, {"error": "sign in"}], ids=json.dumps
)
def test_what_is_no_answer_of_gitlabs_is_no_closed_merge_request(server: GitLabServer, body: object) -> None:
    """What is closed is deleted."""
    server.faults.append(("GET .*/merge_requests/7", Reply(200, body)))
    with pytest.raises(ForgeError, match="not what GitLab's API answers"):
        _forge(server).standing(7)


def test_a_token_that_may_see_the_project_but_no_merge_requests_makes_none_of_them_closed(server: GitLabServer) -> None:
    server.faults += [
        ("GET .*/merge_requests/7", Reply(404, {"message": "404 Not found"})),
        ("GET .*/merge_requests", Reply(403, {"message": "403 Forbidden"})),
    ]
    with pytest.raises(ForgeError, match="has not the right"):
        _forge(server).standing(7)


def test_objects_without_a_number_are_passed_over(server: GitLabServer) -> None:
    server.faults += [
        ("GET .*/notes", Reply(200, [{"body": MARKER, "author": None}])),
        ("GET .*/environments", Reply(200, [{"name": "shop/pr-7"}])),
    ]
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    _forge(server).retire("shop/pr-7")


def test_a_user_without_a_number_is_nobody(server: GitLabServer) -> None:
    server.note(7, _text("one"), STRANGER)
    server.faults.append(("GET .*/user", Reply(200, {})))
    with pytest.raises(ForgeError, match="not what GitLab's API answers"):
        _forge(server).comment(7, marker=MARKER, markdown=_text("two"))


def test_a_token_that_may_not_know_of_the_project_is_no_closed_merge_request(server: GitLabServer) -> None:
    with pytest.raises(ForgeError, match="read merge request 7") as refused:
        _forge(server, token="glpat-of-another").standing(7)
    assert "GITLAB_TOKEN" in refused.value.fix
    assert "glpat" not in str(refused.value)


def test_a_note_is_written_once_and_edited_in_place(server: GitLabServer) -> None:
    first = _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    again = _forge(server).comment(7, marker=MARKER, markdown=_text("two"))
    same = _forge(server).comment(7, marker=MARKER, markdown=_text("two"))
    [note] = server.notes[7]
    assert note["body"] == _text("two").strip()
    assert first == again == same == f"{ADDRESS}/-/merge_requests/7#note_{note['id']}"
    assert [write.partition(" ")[0] for write in server.writes] == ["POST", "PUT"]


def test_a_strangers_note_with_the_marker_stays_as_it_is(server: GitLabServer) -> None:
    for number in range(3):
        server.note(7, f"{MARKER}\nno. {number}", STRANGER)
    server.note(7, _text("mine"), BOT)
    _forge(server).comment(7, marker=MARKER, markdown=_text("new"))
    assert [note["body"].splitlines()[1] for note in server.notes[7]] == ["no. 0", "no. 1", "no. 2", "### new"]


def test_no_note_is_written_only_to_say_that_all_is_over(server: GitLabServer) -> None:
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("gone"), create=False) == ""
    assert server.notes[7] == []


def test_an_answer_that_is_lost_makes_no_second_note(server: GitLabServer) -> None:
    server.faults.append(("POST .*/notes", Reply(lost=True)))
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    assert len(server.notes[7]) == 1


def test_a_note_that_is_deleted_meanwhile_is_written_again(server: GitLabServer) -> None:
    server.note(7, _text("old"), BOT)
    server.faults.append(("PUT .*", Reply(404, {"message": "404 Not found"})))
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("new"))
    assert server.notes[7][-1]["body"] == _text("new").strip()


def test_a_deployment_runs_and_ends_in_an_environment_with_its_address(server: GitLabServer) -> None:
    _forge(server).announce(_deployment(State.RUNNING))
    _forge(server).announce(_deployment(State.SUCCESS, url="https://a.example/"))
    _forge(server).announce(_deployment(State.SUCCESS, url="https://a.example/"))
    [environment], [deployment] = server.environments, server.deployments
    assert (environment["name"], environment["external_url"]) == ("shop/pr-7", "https://a.example/")
    assert (deployment["status"], deployment["sha"], deployment["ref"]) == ("success", ONE, "changes")


def test_another_commit_and_another_try_are_deployments_of_their_own(server: GitLabServer) -> None:
    for state, commit in ((State.FAILURE, ONE), (State.RUNNING, ONE), (State.SUCCESS, ONE), (State.SUCCESS, TWO)):
        _forge(server).announce(_deployment(state, commit=commit))
    assert [(one["sha"][0], one["status"]) for one in server.deployments] == [
        ("1", "failed"),
        ("1", "success"),
        ("2", "success"),
    ]
    assert len(server.environments) == 1


@pytest.mark.parametrize("state", [State.SUCCESS, State.FAILURE])
def test_the_environment_of_the_job_itself_gets_the_address_and_its_deployment_ends_with_the_job(
    server: GitLabServer, state: State
) -> None:
    server.start_job("shop/pr-7", ONE)
    _forge(server).announce(_deployment(State.RUNNING))
    _forge(server).announce(_deployment(state, url="https://a.example/"))
    [environment], [deployment] = server.environments, server.deployments
    assert environment["external_url"] == "https://a.example/"
    assert deployment["status"] == "running"


def test_the_environments_of_the_group_are_stopped_and_no_others(server: GitLabServer) -> None:
    names = ["shop/pr-7", "shop/pr-7/orders", "shop/pr-7/cart", "shop/pr-70", "my-shop/pr-7"]
    for name in names:
        _forge(server).announce(_deployment(State.SUCCESS, name=name))
    _forge(server).retire("shop/pr-7")
    _forge(server).retire("shop/pr-7")
    assert {one["name"] for one in server.environments if one["state"] == "stopped"} == set(names[:3])
    assert sum(write.endswith("/stop") for write in server.writes) == 3


@pytest.mark.parametrize(
    ("status", "words"), [(401, "has expired"), (403, "has not the right"), (404, "not there"), (422, "answered 422")]
)
def test_a_refusal_says_what_to_write_where(server: GitLabServer, status: int, words: str) -> None:
    server.faults.append(("GET .*/notes", Reply(status, {"message": "no"})))
    with pytest.raises(ForgeError, match="the note under merge request 7") as refused:
        _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    assert words in str(refused.value)
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("variable", ["CI_SERVER_TLS_CA_FILE", "SSL_CERT_FILE"])
def test_a_gitlab_of_ones_own_is_trusted_by_the_authority_that_the_runner_names(variable: str) -> None:
    """A file that is not in this container is none."""
    server = GitLabServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.open(7, head=ONE)
    environ = {"CI_API_V4_URL": server.api.replace("http:", "https:"), "CI_SERVER_TLS_CA_FILE": "/builds/gone.pem"}
    with server:
        made = gitlab(PROJECT, token=TOKEN, environ=environ | {variable: str(TLS / "authority.pem")}, clock=FakeClock())
        assert made.standing(7).open


def test_what_was_wrong_with_the_members_of_a_request_is_told_on_one_line(server: GitLabServer) -> None:
    answer = {"message": {"external_url": ["is blocked: Only allowed schemes are http, https"], "base": "no"}}
    server.faults.append(("POST .*/environments", Reply(400, answer)))
    with pytest.raises(ForgeError) as refused:
        _forge(server).announce(_deployment(State.RUNNING))
    assert "400: external_url: is blocked: Only allowed schemes are http, https; base: no." in str(refused.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "1750000020", "Date": "Sun, 15 Jun 2025 15:06:40 GMT"}, 21),
        ({}, 60),
    ],
)
def test_too_many_requests_are_waited_for_as_long_as_gitlab_says(
    server: GitLabServer, headers: dict[str, str], seconds: int
) -> None:
    """The last one is a limit on what one user does, such as 300 notes in a minute, which comes without a word of when."""
    words = {"message": {"error": "This endpoint has been requested too many times. Try again later."}}
    server.faults.append(("GET .*/merge_requests/7", Reply(429, words, headers)))
    clock = FakeClock()
    environ = {"CI_API_V4_URL": server.api}
    assert gitlab(PROJECT, token=TOKEN, environ=environ, clock=clock).standing(7).open
    assert clock.slept == [seconds]
