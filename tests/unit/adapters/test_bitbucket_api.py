"""Bitbucket as the forge of previews: comments that are edited in place, build statuses, and refusals in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.bitbucket_api import LONGEST_COMMENT, BitbucketForge, bitbucket
from lambda_ci.errors import ForgeError
from lambda_ci.main import SystemClock
from lambda_ci.model.preview import Deployment, Standing, State
from tests.fakes.bitbucket_server import REPOSITORY, TOKEN, BitbucketServer
from tests.fakes.json_server import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "<!-- lambda-ci preview of shop -->"
HIDDEN = "[//]: # (lambda-ci preview of shop)"
ONE = "1" * 40


@pytest.fixture
def server() -> Iterator[BitbucketServer]:
    with BitbucketServer() as server:
        server.open(7, head=ONE)
        yield server


def _forge(server: BitbucketServer, token: str = TOKEN) -> BitbucketForge:
    return bitbucket(REPOSITORY, token=token, environ={}, clock=SystemClock(), api=server.api)


def _text(words: str) -> str:
    return f"{MARKER}\n### {words}\n"


def _bodies(server: BitbucketServer) -> list[str]:
    return [one["content"]["raw"] for one in server.comments[7]]


@pytest.mark.parametrize(
    ("state", "is_open"), [("OPEN", True), ("MERGED", False), ("DECLINED", False), ("SUPERSEDED", False)]
)
def test_the_standing_has_the_whole_commit_while_it_is_open(server: BitbucketServer, state: str, is_open: bool) -> None:
    server.open(7, head=ONE, state=state)
    assert _forge(server).standing(7) == Standing(open=is_open, head=ONE if is_open else "")


def test_a_pull_request_that_is_gone_is_not_open(server: BitbucketServer) -> None:
    assert _forge(server).standing(8) == Standing(open=False, head="")


@pytest.mark.parametrize(
    "body", [None, [], {}, "<html>", {"state": "?"}, {"values": [{}]}, {"error": "sign in"}], ids=json.dumps
)
def test_what_is_no_answer_of_bitbuckets_is_no_closed_pull_request(server: BitbucketServer, body: object) -> None:
    """What is closed is deleted."""
    server.faults.append(("GET .*/pullrequests/7", Reply(200, body)))
    with pytest.raises(ForgeError, match="not what Bitbucket's API answers"):
        _forge(server).standing(7)


def test_a_closed_pull_request_whose_commit_is_gone_is_closed(server: BitbucketServer) -> None:
    server.open(7, head=ONE, state="MERGED")
    server.faults.append(("GET .*/commit/.*", Reply(404, {"error": {"message": "Commit not found"}})))
    assert not _forge(server).standing(7).open


def test_a_token_that_may_see_the_repository_but_no_pull_requests_makes_none_of_them_closed(
    server: BitbucketServer,
) -> None:
    server.faults += [("GET .*/pullrequests/7", Reply(404)), ("GET .*/pullrequests", Reply(403))]
    with pytest.raises(ForgeError, match="has not the right"):
        _forge(server).standing(7)


def test_a_comment_is_written_once_with_a_marker_that_nobody_sees_and_edited_in_place(server: BitbucketServer) -> None:
    first = _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    again = _forge(server).comment(7, marker=MARKER, markdown=_text("two"))
    same = _forge(server).comment(7, marker=MARKER, markdown=_text("two"))
    assert _bodies(server) == [f"{HIDDEN}\n\n### two"]
    assert first == again == same
    assert first.startswith("https://bitbucket.org/team/shop/pull-requests/7/")
    assert [write.partition(" ")[0] for write in server.writes] == ["POST", "PUT"]


def test_a_strangers_comment_with_the_marker_stays_as_it_is(server: BitbucketServer) -> None:
    for number in range(3):
        server.comment(7, f"{HIDDEN}\n\nno. {number}", mine=False)
    server.comment(7, f"{HIDDEN}\n\nmine")
    _forge(server).comment(7, marker=MARKER, markdown=_text("new"))
    assert [body.splitlines()[2] for body in _bodies(server)] == ["no. 0", "no. 1", "no. 2", "### new"]


def test_no_comment_is_written_only_to_say_that_all_is_over(server: BitbucketServer) -> None:
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("gone"), create=False) == ""
    assert _bodies(server) == []


def test_an_answer_that_is_lost_makes_no_second_comment(server: BitbucketServer) -> None:
    server.faults.append(("POST .*/comments", Reply(lost=True)))
    assert _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    assert len(_bodies(server)) == 1


def test_a_comment_that_is_too_long_is_cut(server: BitbucketServer) -> None:
    _forge(server).comment(7, marker=MARKER, markdown=_text("x" * 2 * LONGEST_COMMENT))
    [body] = _bodies(server)
    assert len(body) <= LONGEST_COMMENT
    assert body.endswith("has all of it.*")


def test_what_is_deployed_is_a_build_status_with_its_address_until_it_is_over(server: BitbucketServer) -> None:
    group = "shop/pr-7"
    for name in (group, f"{group}/orders", f"{group}/cart"):
        for state, url in ((State.RUNNING, ""), (State.SUCCESS, "https://a.example/")):
            deployment = Deployment(group=group, environment=name, commit=ONE, state=state, url=url)
            _forge(server).announce(deployment)
    other = Deployment(group="shop/pr-70", environment="shop/pr-70", commit=ONE, state=State.FAILURE)
    _forge(server).announce(other)
    told = {one["name"]: (one["state"], one["url"]) for one in server.statuses.values()}
    assert told == {
        "shop/pr-7": ("SUCCESSFUL", "https://a.example/"),
        "shop/pr-7/orders": ("SUCCESSFUL", "https://a.example/"),
        "shop/pr-7/cart": ("SUCCESSFUL", "https://a.example/"),
        "shop/pr-70": ("FAILED", "https://bitbucket.org/team/shop"),
    }
    _forge(server).retire(group)
    assert {one["name"] for one in server.statuses.values() if one["state"] == "STOPPED"} == set(told) - {"shop/pr-70"}


def test_nothing_to_end_is_no_error(server: BitbucketServer) -> None:
    _forge(server).retire("shop/pr-7")
    _forge(server).retire("shop/pr-8")
    assert server.writes == []


@pytest.mark.parametrize(
    ("status", "words"), [(401, "has expired"), (403, "has not the right"), (404, "not there"), (422, "answered 422")]
)
def test_a_refusal_says_what_to_write_where(server: BitbucketServer, status: int, words: str) -> None:
    server.faults.append(("GET .*/comments", Reply(status, {"type": "error", "error": {"message": "no"}})))
    with pytest.raises(ForgeError, match="the comment under pull request 7") as refused:
        _forge(server).comment(7, marker=MARKER, markdown=_text("one"))
    assert words in str(refused.value)


def test_a_wrong_token_is_never_shown(server: BitbucketServer) -> None:
    with pytest.raises(ForgeError) as refused:
        _forge(server, token="wrong-secret").standing(7)
    assert "BITBUCKET_ACCESS_TOKEN" in refused.value.fix
    assert "wrong-secret" not in str(refused.value)
