"""Waiting for a function URL."""

from __future__ import annotations

import pytest

from lambda_ci.adapters.probe import Echo, probe
from lambda_ci.errors import VerificationError
from lambda_ci.preview.answering import PATIENCE, wait_for
from tests.fakes.quiet import FakeClock
from tests.fakes.web import Web

URL = "https://x.lambda-url.eu-west-1.on.aws/"


def _wait(*echoes: Echo) -> tuple[Echo, FakeClock]:
    clock, left = FakeClock(), list(echoes)
    return wait_for(URL, lambda _url: left.pop(0) if len(left) > 1 else left[0], clock), clock


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 405])
def test_whatever_the_function_says_is_an_answer(status: int) -> None:
    echo, clock = _wait(Echo(status=status))
    assert (echo.status, clock.slept) == (status, [])


def test_lambdas_own_refusal_is_waited_for() -> None:
    echo, clock = _wait(
        Echo(status=403, refusal="AccessDeniedException"), Echo(status=0, why="no such host"), Echo(status=200)
    )
    assert (echo.status, len(clock.slept)) == (200, 2)


@pytest.mark.parametrize(
    ("echo", "said"),
    [
        (Echo(status=403, refusal="AccessDeniedException"), "resource control policy"),
        (Echo(status=502), "`preview.path` asks for another path"),
        (Echo(status=500), "look at its log"),
        (Echo(status=429), "close pull requests"),
        (Echo(status=0, why="Connection refused"), "Connection refused"),
    ],
)
def test_what_never_answers_is_explained(echo: Echo, said: str) -> None:
    with pytest.raises(VerificationError) as raised:
        _wait(echo)
    assert said in str(raised.value)


def test_the_wait_ends() -> None:
    clock = FakeClock()
    with pytest.raises(VerificationError):
        wait_for(URL, lambda _url: Echo(status=502), clock)
    assert sum(clock.slept) <= PATIENCE


def test_a_probe_tells_the_status_and_lambdas_word() -> None:
    with Web() as web:
        web.answers = [(403, {"x-amzn-ErrorType": "AccessDeniedException:http://x"}), (302, {"Location": "/elsewhere"})]
        assert probe(web.url, environ={}) == Echo(status=403, refusal="AccessDeniedException")
        assert probe(web.url, environ={}) == Echo(status=302)
        assert web.paths == ["/", "/"], "no redirect is followed"
    gone = probe(web.url, environ={})
    assert (gone.status, bool(gone.why)) == (0, True)
