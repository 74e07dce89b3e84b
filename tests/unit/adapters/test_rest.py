"""JSON over HTTP: repetitions, limits, pages, and credentials that go nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.github_api import GitHub, github
from lambda_ci.adapters.rest import Rest, Uncertain
from lambda_ci.errors import ForgeError
from tests.fakes.github_server import REPOSITORY, TOKEN, Fault, GitHubServer
from tests.fakes.quiet import FakeClock
from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = "<!-- m -->"


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer(prefix="/api/v3") as one:
        one.open(7, head="7" * 40)
        yield one


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def forge(server: GitHubServer, clock: FakeClock) -> GitHub:
    return github(REPOSITORY, token=TOKEN, environ={"GITHUB_API_URL": server.api}, clock=clock)


def test_an_enterprise_servers_address_has_a_path(forge: GitHub, server: GitHubServer) -> None:
    assert forge.standing(7).head == "7" * 40
    assert server.requests == [f"GET /repos/{REPOSITORY}/pulls/7"]


@pytest.mark.parametrize(
    ("fault", "slept"),
    [
        (Fault(".", 429, "slow down", {"Retry-After": "7"}), 7),
        (Fault(".", 403, "You have exceeded a secondary rate limit."), 60),
        (Fault(".", 403, "You have exceeded a secondary rate limit.", {"Retry-After": "30"}), 30),
        (
            Fault(
                ".",
                403,
                "API rate limit exceeded",
                {
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": "1795248100",
                    "Date": "Sat, 21 Nov 2026 08:00:00 GMT",
                },
            ),
            101,
        ),
        (Fault(".", 503, "unicorn"), 1),
        (Fault(".", 502, "", {"Retry-After": "4"}), 4),
        (Fault("."), 1),
    ],
)
def test_what_passes_is_waited_for(
    forge: GitHub, server: GitHubServer, clock: FakeClock, fault: Fault, slept: float
) -> None:
    server.faults = [fault]
    assert forge.standing(7).open
    assert sum(clock.slept) == slept


def test_a_limit_of_an_hour_is_not_waited_for(forge: GitHub, server: GitHubServer, clock: FakeClock) -> None:
    server.faults = [Fault(".", 429, "later", {"Retry-After": "3600"}, times=9)]
    with pytest.raises(ForgeError, match="gave up after 1 attempts") as raised:
        forge.standing(7)
    assert "3600 s of patience" in raised.value.why
    assert clock.slept == []


def test_it_gives_up_in_the_end_and_says_where(forge: GitHub, server: GitHubServer) -> None:
    server.faults = [Fault(".", 500, "unicorn", times=99)]
    with pytest.raises(ForgeError) as raised:
        forge.standing(7)
    assert server.url in raised.value.what
    assert "500 unicorn" in raised.value.why
    assert TOKEN not in str(raised.value)


def test_a_post_is_not_made_twice_blindly(server: GitHubServer, clock: FakeClock) -> None:
    rest = Rest(
        name="GitHub", base=server.api, clock=clock, environ={}, credentials={"Authorization": f"Bearer {TOKEN}"}
    )
    server.faults = [Fault("POST", after=True)]
    with rest, pytest.raises(Uncertain):
        rest.ask("POST", f"repos/{REPOSITORY}/issues/7/comments", body={"body": "x"})
    assert len(server.pulls[7].comments) == 1


def test_a_comment_whose_answer_was_lost_is_found_again(forge: GitHub, server: GitHubServer) -> None:
    server.faults = [Fault("POST", after=True)]
    forge.comment(7, marker=MARK, markdown=f"{MARK}\nx")
    assert len(server.pulls[7].comments) == 1


def test_a_post_that_was_refused_for_its_pace_is_made_again(forge: GitHub, server: GitHubServer) -> None:
    server.faults = [Fault("POST", 403, "secondary rate limit", {"Retry-After": "1"})]
    forge.comment(7, marker=MARK, markdown=f"{MARK}\nx")
    assert len(server.pulls[7].comments) == 1


def test_a_comment_that_says_the_same_is_not_written_again(forge: GitHub, server: GitHubServer) -> None:
    for _ in range(2):
        forge.comment(7, marker=MARK, markdown=f"{MARK}\nx")
    assert not any(line.startswith("PATCH") for line in server.requests)


def test_a_comment_that_vanishes_while_it_is_edited_is_written_anew(forge: GitHub, server: GitHubServer) -> None:
    forge.comment(7, marker=MARK, markdown=f"{MARK}\nx")
    server.faults = [Fault("PATCH", before=server.pulls[7].comments.clear)]
    server.pulls[7].comments[0]["body"] = f"{MARK}\nold"
    assert forge.comment(7, marker=MARK, markdown=f"{MARK}\ny").endswith("#issuecomment-1001")


def test_a_persons_token_edits_that_persons_comment(forge: GitHub, server: GitHubServer) -> None:
    server.login, server.kind = "octocat", "User"
    server.say(7, f"{MARK}\nof a bot", login="other[bot]", kind="Bot")
    forge.comment(7, marker=MARK, markdown=f"{MARK}\none")
    forge.comment(7, marker=MARK, markdown=f"{MARK}\ntwo")
    assert [one["body"] for one in server.pulls[7].comments] == [f"{MARK}\nof a bot", f"{MARK}\ntwo"]


def test_a_comment_is_cut_to_what_github_takes(forge: GitHub, server: GitHubServer) -> None:
    forge.comment(7, marker=MARK, markdown=MARK + "\n" + "x" * 70_000)
    assert len(server.pulls[7].comments[0]["body"]) == 65_536
    assert "was cut" in server.pulls[7].comments[0]["body"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "the token is wrong, has expired"),
        (403, "pull-requests: read"),
        (404, "has not the right to know"),
        (410, "switched off"),
        (422, "a bug in lambda-ci"),
        (418, "look at what GitHub says"),
    ],
)
def test_every_refusal_says_what_to_do(forge: GitHub, server: GitHubServer, status: int, said: str) -> None:
    server.faults = [Fault(".", status, "its own words")]
    with pytest.raises(ForgeError) as raised:
        forge.standing(7)
    assert said.lower() in str(raised.value).lower()
    assert "its own words" in raised.value.why
    assert TOKEN not in str(raised.value)


def test_a_redirect_is_followed_within_the_api_only(clock: FakeClock) -> None:
    with Web() as web, Web() as stranger:
        web.answers = [(307, {"Location": "/moved"}), (200, {}), (302, {"Location": stranger.url})]
        rest = Rest(name="GitHub", base=web.url, clock=clock, environ={}, credentials={"Authorization": "Bearer x"})
        assert rest.ask("GET", "old").status == 200
        with pytest.raises(ForgeError, match="leads to"):
            rest.ask("GET", "old")
        assert (web.paths, stranger.paths) == (["/old", "/moved", "/old"], [])


def test_a_page_elsewhere_is_not_asked_for(clock: FakeClock) -> None:
    with Web() as web, Web() as stranger:
        web.answers = [(200, {"Link": f'<{stranger.url}/2>; rel="next"'})]
        rest = Rest(name="GitHub", base=web.url, clock=clock, environ={})
        with pytest.raises(ForgeError, match="leads to"):
            list(rest.pages("list"))
        assert stranger.paths == []


def test_credentials_of_a_netrc_do_not_take_the_tokens_place(
    forge: GitHub, server: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert forge.standing(7).open
    assert server.requests


def test_an_answer_that_is_not_githubs_is_no_answer(clock: FakeClock) -> None:
    with Web() as web:
        forge = github(REPOSITORY, token=TOKEN, environ={"GITHUB_API_URL": web.url}, clock=clock)
        with pytest.raises(ForgeError, match="could not read pull request 7"):
            forge.standing(7)
