"""Answers that break off, or are no answers of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.rest import Rest, Uncertain
from lambda_ci.errors import ForgeError
from tests.fakes.quiet import FakeClock
from tests.fakes.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator

TORN = {"Content-Length": "100", "Connection": "close"}
"""A body of 100 bytes is promised and none comes."""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        yield server


@pytest.fixture
def rest(web: Web) -> Iterator[Rest]:
    with Rest(name="GitHub", base=web.url, clock=FakeClock(), environ={}) as api:
        yield api


def test_an_answer_that_breaks_off_in_the_middle_is_asked_for_again(web: Web, rest: Rest) -> None:
    web.answers = [(200, TORN), (200, {})]
    assert rest.ask("GET", "x").status == 200
    assert web.paths == ["/x", "/x"]


def test_one_that_always_breaks_off_is_given_up(web: Web, rest: Rest) -> None:
    web.answers = [(200, TORN)]
    with pytest.raises(ForgeError, match="gave up after 4 attempts"):
        rest.ask("GET", "x")


def test_a_request_that_may_have_been_carried_out_is_not_repeated(web: Web, rest: Rest) -> None:
    web.answers = [(201, TORN)]
    with pytest.raises(Uncertain):
        rest.ask("POST", "x", body={})
    assert web.paths == ["/x"]


def test_an_answer_that_cannot_be_unpacked_is_no_crash(web: Web, rest: Rest) -> None:
    web.answers = [(200, {"Content-Encoding": "gzip"})]
    web.body = b"not gzip"
    with pytest.raises(ForgeError):
        rest.ask("GET", "x")


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_page_for_people_is_an_answer_without_a_body(web: Web, rest: Rest, status: int) -> None:
    web.answers = [(status, {"Content-Type": "text/html"}), (200, {})]
    web.body = b"<html><h1>We are having a problem</h1></html>"
    answer = rest.ask("GET", "x")
    assert (answer.body, answer.message) == (None, "")
