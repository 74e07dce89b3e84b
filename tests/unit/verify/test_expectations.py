"""What a smoke case says about an answer."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.result import Invocation
from lambda_ci.model.spec.serving import Expect
from lambda_ci.verify.expectations import failures

if TYPE_CHECKING:
    from pydantic import JsonValue


def answered(payload: object, *, error: str | None = None, seconds: float = 0.5) -> Invocation:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Invocation(payload=body, function_error=error, executed_version="7", log_tail="", seconds=seconds)


def failed(payload: object) -> Invocation:
    return answered(payload, error="Unhandled")


def found(expect: dict[str, JsonValue], invocation: Invocation) -> tuple[str, ...]:
    return failures(Expect.model_validate(expect), invocation)


def sentence(expect: dict[str, JsonValue], invocation: Invocation) -> str:
    (one,) = found(expect, invocation)
    return one


KEY_ERROR = {"errorType": "KeyError", "errorMessage": "'TABLE'", "stackTrace": []}


def test_without_expectations_an_answer_of_any_kind_passes() -> None:
    for payload in (None, {"statusCode": 500}, b"", b"<html>", b"\xff"):
        assert found({}, answered(payload)) == ()


def test_without_expectations_a_failure_fails() -> None:
    assert sentence({}, failed(KEY_ERROR)) == "expected the function to succeed, but it failed: KeyError: 'TABLE'"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds"},
            "Sandbox.Timedout: Task timed out after 3.00 seconds",
        ),
        ({"errorMessage": "2024-01-01T00:00:00Z 1 Task timed out"}, "2024-01-01T00:00:00Z 1 Task timed out"),
        ({"errorType": "", "errorMessage": ""}, '{"errorType": "", "errorMessage": ""}'),
        ({"errorType": 1}, '{"errorType": 1}'),
        (b"Task timed out", "Task timed out"),
        (b"", "nothing"),
        ([1], "[1]"),
    ],
)
def test_a_failure_is_shown_in_whatever_shape_it_comes(payload: object, words: str) -> None:
    assert sentence({}, failed(payload)) == f"expected the function to succeed, but it failed: {words}"


def test_when_the_function_fails_nothing_is_said_about_its_answer() -> None:
    assert len(found({"status": 200, "json": {"a": 1}, "jmespath": "a"}, failed(KEY_ERROR))) == 1


def test_an_expected_failure_passes() -> None:
    assert found({"error": True}, failed(KEY_ERROR)) == ()
    assert found({"error": "KeyError"}, failed(KEY_ERROR)) == ()


def test_an_expected_failure_can_be_looked_at() -> None:
    assert found({"error": True, "json": {"errorMessage": "'TABLE'"}}, failed(KEY_ERROR)) == ()
    assert sentence({"error": True, "json": {"errorMessage": "'KEY'"}}, failed(KEY_ERROR)) == (
        """expected json errorMessage to be "'KEY'", but it is "'TABLE'\""""
    )


def test_another_failure_than_the_expected_one_fails() -> None:
    assert sentence({"error": "ValueError"}, failed(KEY_ERROR)) == (
        "expected the function to fail with ValueError, but it failed: KeyError: 'TABLE'"
    )
    assert "but it failed: Task timed out" in sentence({"error": "ValueError"}, failed(b"Task timed out"))


def test_success_where_a_failure_is_expected_fails() -> None:
    assert sentence({"error": True}, answered({"a": 1})) == 'expected the function to fail, but it answered {"a": 1}'
    assert sentence({"error": "KeyError"}, answered(b"")) == (
        "expected the function to fail with KeyError, but it answered nothing"
    )


def test_error_false_is_as_if_absent() -> None:
    assert found({"error": False}, answered(1)) == ()
    assert len(found({"error": False}, failed(KEY_ERROR))) == 1


def test_the_status_is_that_of_the_answer() -> None:
    assert found({"status": 200}, answered({"statusCode": 200, "body": "ok"})) == ()
    assert sentence({"status": 200}, answered({"statusCode": 500, "body": "no table"})) == (
        'expected status 200, but it is 500: {"statusCode": 500, "body": "no table"}'
    )
    assert 'but it is "200"' in sentence({"status": 200}, answered({"statusCode": "200"}))


@pytest.mark.parametrize("payload", [{}, [], None, 200, "200", {"status": 200}])
def test_an_answer_without_status_says_so(payload: object) -> None:
    assert sentence({"status": 200}, answered(payload)) == (
        f"expected status 200, but the answer has no statusCode: {json.dumps(payload)}"
    )


@pytest.mark.parametrize("expect", [{"status": 200}, {"json": None}, {"body": 1}, {"jmespath": "a"}])
@pytest.mark.parametrize("payload", [b"<html>", b"\xff\xfe", b'{"a": ', b"[" * 100_000])
def test_an_answer_that_is_not_json_is_told_once(expect: dict[str, JsonValue], payload: bytes) -> None:
    told = sentence(expect, answered(payload))
    assert told.startswith("expected an answer in JSON, but it is ")
    assert len(told) < 250
    assert told.isprintable()


def test_json_must_be_contained() -> None:
    answer = answered({"a": {"b": 1, "c": [1, 2]}, "d": None})
    assert found({"json": {"a": {"c": [1, 2.0]}}}, answer) == ()
    assert found({"json": {"a": {"b": True}, "e": 1}}, answer) == (
        "expected json a.b to be true, but it is 1",
        "expected json e to be 1, but it is nothing",
    )
    assert sentence({"json": 1}, answered(None)) == "expected json to be 1, but it is null"


def test_null_can_be_expected() -> None:
    assert found({"json": None}, answered(None)) == ()
    assert found({"json": None}, answered(b"")) == ()
    assert sentence({"json": None}, answered({})) == "expected json to be null, but it is {}"
    assert found({"body": None}, answered({"body": None})) == ()


def test_many_differences_are_told_in_part() -> None:
    expected: JsonValue = {str(number): number for number in range(100)}
    assert len(found({"json": expected}, answered({}))) == 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"ok": true, "id": 1}', {"ok": True}),
        ({"ok": True}, {"ok": True}),
        ("plain text", "plain text"),
        ('"quoted"', "quoted"),
        ('"quoted"', '"quoted"'),
        ("123", 123),
        ("123", "123"),
        ("", ""),
        ("null", None),
    ],
)
def test_a_body_is_compared_as_json_or_as_text(body: object, expected: JsonValue) -> None:
    assert found({"body": expected}, answered({"statusCode": 200, "body": body})) == ()


def test_a_body_in_base64_is_decoded() -> None:
    body = base64.b64encode('{"ok": "ä"}'.encode()).decode()
    assert found({"body": {"ok": "ä"}}, answered({"body": body, "isBase64Encoded": True})) == ()
    assert found({"body": body}, answered({"body": body, "isBase64Encoded": False})) == ()


def test_a_body_that_is_not_as_expected_says_how() -> None:
    assert sentence({"body": {"ok": True}}, answered({"body": "Internal Server Error"})) == (
        'expected body to be {"ok": true}, but it is "Internal Server Error"'
    )
    assert sentence({"body": {"ok": True}}, answered({"body": '{"ok": false}'})) == (
        "expected body ok to be true, but it is false"
    )
    assert sentence({"body": 1}, answered({"statusCode": 204})) == (
        'expected body 1, but the answer has no body: {"statusCode": 204}'
    )
    assert "not in base64" in sentence({"body": 1}, answered({"body": "a", "isBase64Encoded": True}))
    assert "not in base64" in sentence({"body": 1}, answered({"body": "ä", "isBase64Encoded": True}))


@pytest.mark.parametrize("expression", ["a", "b", "@", "length(list) == `2`", "list[?@ > `1`]", "contains(text, 'x')"])
def test_a_jmespath_that_is_true_passes(expression: str) -> None:
    answer = answered({"a": 0, "b": "text", "list": [1, 2], "text": "xyz"})
    assert found({"jmespath": expression}, answer) == ()


@pytest.mark.parametrize(
    ("expression", "value"),
    [("missing", "null"), ("no", "false"), ("text", '""'), ("list", "[]"), ("object", "{}"), ("no == `true`", "false")],
)
def test_a_jmespath_that_is_false_fails(expression: str, value: str) -> None:
    answer = {"no": False, "text": "", "list": [], "object": {}}
    assert sentence({"jmespath": expression}, answered(answer)) == (
        f"expected {expression} to be true, but it is {value} in {json.dumps(answer)}"
    )


@pytest.mark.parametrize(
    "expression", ["a[", "", "nothing(a)", "length(`1`)", "abs('a')", "[1, 2][::0]", "max_by(@, &a)"]
)
def test_a_jmespath_that_cannot_be_evaluated_fails(expression: str) -> None:
    told = sentence({"jmespath": expression}, answered([1, "a", None]))
    assert told.startswith(f"expected {expression} to be true, but it ")
    assert told.isprintable()


def test_an_invocation_may_take_as_long_as_it_may() -> None:
    assert found({"max-duration": 0.5}, answered(1, seconds=0.5)) == ()
    assert sentence({"max-duration": 0.5}, answered(1, seconds=0.504)) == (
        "expected to take at most 0.5 s, but it took 0.504 s"
    )
    assert (
        sentence({"max-duration": 2}, answered(1, seconds=61.23456))
        == "expected to take at most 2 s, but it took 61.235 s"
    )


def test_every_failure_is_told() -> None:
    expect: dict[str, JsonValue] = {"status": 200, "json": {"a": 1}, "body": 1, "jmespath": "a", "max-duration": 1}
    told = found(expect, answered({"statusCode": 500, "body": "2"}, seconds=3))
    assert [one.split()[1] for one in told] == ["status", "json", "body", "a", "to"]


def test_what_came_is_shortened_and_cannot_steer_the_log() -> None:
    hostile = "\n::set-output name=a::b\r\x1b[2J\u202e" + "x" * 10_000
    told_of: list[tuple[dict[str, JsonValue], Invocation]] = [
        ({}, failed({"errorType": "E", "errorMessage": hostile})),
        ({}, failed(hostile.encode())),
        ({"json": {"a": 1}}, answered({"a": hostile})),
        ({"json": {hostile: 1}}, answered({})),
        ({"error": hostile}, answered(hostile)),
        ({"body": 1}, answered({"body": hostile})),
        ({"jmespath": "b"}, answered({hostile: hostile})),
        ({"jmespath": hostile[:900]}, answered({})),
    ]
    for expect, invocation in told_of:
        told = sentence(expect, invocation)
        assert told.startswith("expected ")
        assert told.isprintable()
        assert len(told) < 700


@given(st.binary(), st.booleans())
def test_every_payload_can_be_judged(payload: bytes, failing: bool) -> None:
    expect: dict[str, JsonValue] = {"status": 200, "json": {"a": [1]}, "body": {"b": 2}, "jmespath": "a.b"}
    invocation = failed(payload) if failing else answered(payload)
    assert found(expect, invocation)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["statusCode", "body", "isBase64Encoded", "a"]), inner)
        ),
    )
)
def test_every_answer_can_be_judged(answer: object) -> None:
    expect: dict[str, JsonValue] = {"status": 200, "json": {"a": 1}, "body": "b", "jmespath": "sort_by(a, &b)"}
    assert all(told.isprintable() for told in found(expect, answered(answer)))
