"""Bitbucket's reports on a commit, through the proxy that signs for the step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lambda_ci.adapters.bitbucket_insights import MOST_ANNOTATIONS
from lambda_ci.ci.bitbucket import LONGEST_SUMMARY, Bitbucket
from lambda_ci.model.problem import Origin, Problem, Severity
from tests.fakes.http_server import HttpHandler, HttpServer

COMMIT = "0123456789abcdef"
REPORT = f"http://api.bitbucket.org/2.0/repositories/team/shop/commit/{COMMIT}/reports/lambda-ci"


class Proxy(HttpServer):
    """A context manager. It keeps what it was asked; ``status`` answers by method."""

    def __init__(self, **status: int) -> None:
        super().__init__(_Handler)
        self.status = {"DELETE": 204, "PUT": 200, "POST": 200, **status}
        self.asked: list[tuple[str, str, Any]] = []


class _Handler(HttpHandler):
    server: Proxy

    def _answer(self) -> None:
        body = self.body()
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None))
        self.send(self.server.status[self.command], [])

    do_DELETE = do_PUT = do_POST = _answer


def _problem(message: str = "wrong", *, line: int | None = 3, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(origin=Origin(source="./lambda-ci.yml", line=line), key="k", message=message, severity=severity)


def _bitbucket(*proxies: str) -> Bitbucket:
    return Bitbucket(repository="team/shop", commit=COMMIT, proxies=proxies)


def test_problems_in_files_replace_the_report_on_the_commit() -> None:
    with Proxy() as pipeline:
        warning = _problem("odd", severity=Severity.WARNING)
        assert _bitbucket(pipeline.url).write_problems([_problem(line=None), _problem(), warning]) is None
    assert [(method, path) for method, path, _ in pipeline.asked] == [
        ("DELETE", REPORT),
        ("PUT", REPORT),
        ("POST", f"{REPORT}/annotations"),
    ]
    assert pipeline.asked[1][2]["result"] == "FAILED"
    assert pipeline.asked[1][2]["data"] == [{"title": "Problems", "type": "NUMBER", "value": 2}]
    assert pipeline.asked[2][2] == [
        {
            "external_id": "lambda-ci-1",
            "annotation_type": "BUG",
            "path": "lambda-ci.yml",
            "line": 3,
            "summary": "k: wrong",
            "severity": "HIGH",
            "result": "FAILED",
        },
        {
            "external_id": "lambda-ci-2",
            "annotation_type": "CODE_SMELL",
            "path": "lambda-ci.yml",
            "line": 3,
            "summary": "k: odd",
            "severity": "LOW",
            "result": "PASSED",
        },
    ]


def test_many_annotations_go_in_hundreds_and_long_ones_are_cut() -> None:
    with Proxy() as pipeline:
        _bitbucket(pipeline.url).write_problems([_problem("x" * 1000)] * (MOST_ANNOTATIONS + 50))
    sent = [body for method, _, body in pipeline.asked if method == "POST"]
    assert [len(batch) for batch in sent] == [100] * 10
    assert len(sent[0][0]["summary"]) == LONGEST_SUMMARY


def test_a_pipe_reaches_the_second_proxy() -> None:
    with Proxy() as closed:
        pass
    with Proxy() as pipeline:
        assert _bitbucket(closed.url, pipeline.url).write_problems([_problem()]) is None
    assert pipeline.asked


@pytest.mark.parametrize(("status", "why"), [({"PUT": 403}, "answered 403"), ({"POST": 500}, "answered 500")])
def test_a_refusal_is_a_warning(status: dict[str, int], why: str) -> None:
    with Proxy(**status) as pipeline:
        warning = _bitbucket(pipeline.url).write_problems([_problem()])
    assert warning
    assert warning.severity is Severity.WARNING
    assert why in warning.message


def test_no_proxy_is_a_warning() -> None:
    with Proxy() as closed:
        pass
    warning = _bitbucket(closed.url).write_problems([_problem()])
    assert warning
    assert "no proxy" in warning.message


def test_nothing_is_asked_without_a_problem_in_a_file() -> None:
    with Proxy() as pipeline:
        assert _bitbucket(pipeline.url).write_problems([_problem(line=None)]) is None
    assert pipeline.asked == []
