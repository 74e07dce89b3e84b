"""Whether an answer is what a smoke case expects. Pure; each failure is one sentence: what was expected, and what came."""

from __future__ import annotations

import json
from base64 import b64decode
from itertools import islice
from typing import TYPE_CHECKING

from lambda_ci.verify.quoting import quoted, quoted_bytes, safe
from lambda_ci.verify.subset import differences, equal

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.result import Invocation
    from lambda_ci.model.spec.serving import Expect

MOST = 5
"""Differences that are told of one expectation."""
MALFORMED = (ValueError, RecursionError)
"""What decoding raises where there is no JSON, or JSON nested too deeply."""


def failures(expect: Expect, invocation: Invocation) -> tuple[str, ...]:
    """What was not as expected; empty when all was.

    A function may fail only where that is expected; its error document is then the answer that everything else is compared with.
    """
    outcome = _outcome(expect, invocation)
    answer = () if outcome else _answer(expect, invocation.payload)
    return (*outcome, *answer, *_duration(expect, invocation))


def _outcome(expect: Expect, invocation: Invocation) -> tuple[str, ...]:
    error = expect.error
    with_type = f" with {safe(error)}" if isinstance(error, str) else ""
    if invocation.function_error is None:
        answer = quoted_bytes(invocation.payload)
        return (f"expected the function to fail{with_type}, but it answered {answer}",) if error else ()
    kind, words = _error(invocation.payload)
    if not error:
        return (f"expected the function to succeed, but it failed: {words}",)
    if with_type and kind != error:
        return (f"expected the function to fail{with_type}, but it failed: {words}",)
    return ()


def _error(payload: bytes) -> tuple[JsonValue, str]:
    """The ``errorType`` of an error document, and the words for the failure."""
    try:
        document = json.loads(payload)
    except MALFORMED:
        document = None
    if not isinstance(document, dict):
        return None, quoted_bytes(payload)
    kind, message = document.get("errorType"), document.get("errorMessage")
    words = ": ".join(part for part in (kind, message) if isinstance(part, str) and part)
    return kind, safe(words) if words else quoted(document)


def _answer(expect: Expect, payload: bytes) -> tuple[str, ...]:
    if not _looks_at_answer(expect):
        return ()
    try:
        answer: JsonValue = json.loads(payload) if payload else None
    except MALFORMED:
        return (f"expected an answer in JSON, but it is {quoted_bytes(payload)}",)
    return (*_status(expect, answer), *_json(expect, answer), *_body(expect, answer), *_jmespath(expect, answer))


def _looks_at_answer(expect: Expect) -> bool:
    """``json`` and ``body`` may be expected to be null, so what counts is whether they are given."""
    given = expect.model_fields_set & {"json_", "body"}
    return bool(given) or expect.status is not None or expect.jmespath is not None


def _status(expect: Expect, answer: JsonValue) -> tuple[str, ...]:
    if expect.status is None:
        return ()
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return (f"expected status {expect.status}, but the answer has no statusCode: {quoted(answer)}",)
    status = answer["statusCode"]
    if equal(expect.status, status):
        return ()
    return (f"expected status {expect.status}, but it is {quoted(status)}: {quoted(answer)}",)


def _json(expect: Expect, answer: JsonValue) -> tuple[str, ...]:
    if "json_" not in expect.model_fields_set:
        return ()
    return _contained("json", expect.json_, answer)


def _body(expect: Expect, answer: JsonValue) -> tuple[str, ...]:
    if "body" not in expect.model_fields_set:
        return ()
    if not isinstance(answer, dict) or "body" not in answer:
        return (f"expected body {quoted(expect.body)}, but the answer has no body: {quoted(answer)}",)
    try:
        body = _text(answer)
    except ValueError as error:
        return (f"expected body {quoted(expect.body)}, but it is not in base64 as isBase64Encoded says: {error}",)
    if isinstance(body, str) and expect.body == body:
        return ()
    return _contained("body", expect.body, _decoded(body))


def _text(answer: dict[str, JsonValue]) -> JsonValue:
    """The body, out of its base64. Raises ValueError where it is none."""
    body = answer["body"]
    if answer.get("isBase64Encoded") is True and isinstance(body, str):
        return b64decode(body, validate=True).decode("utf-8", "replace")
    return body


def _decoded(body: JsonValue) -> JsonValue:
    """The value in a body's text; the text itself where that is not JSON."""
    if not isinstance(body, str):
        return body
    try:
        value: JsonValue = json.loads(body)
    except MALFORMED:
        return body
    return value


def _contained(subject: str, expected: JsonValue, actual: JsonValue) -> tuple[str, ...]:
    try:
        found = tuple(islice(differences(expected, actual), MOST))
    except RecursionError:
        return (f"expected {subject} {quoted(expected)}, but it is nested too deeply to compare",)
    return tuple(f"expected {subject}{_at(one.path)} {one.expected}, but it is {one.found}" for one in found)


def _at(path: str) -> str:
    return f" {safe(path)} to be" if path else " to be"


def _jmespath(expect: Expect, answer: JsonValue) -> tuple[str, ...]:
    if expect.jmespath is None:
        return ()
    import jmespath

    what = f"expected {safe(expect.jmespath)} to be true"
    try:
        value = jmespath.search(expect.jmespath, answer)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        return (f"{what}, but it cannot be evaluated: {safe(str(error))}",)
    return () if _true(value) else (f"{what}, but it is {quoted(value)} in {quoted(answer)}",)


def _true(value: JsonValue) -> bool:
    """JMESPath's own rule: false are null, false, and what is empty; 0 is true (https://jmespath.org/specification.html)."""
    if isinstance(value, (str, list, dict)):
        return bool(value)
    return value is not None and value is not False


def _duration(expect: Expect, invocation: Invocation) -> tuple[str, ...]:
    limit = expect.max_duration
    if limit is None or invocation.seconds <= limit:
        return ()
    return (f"expected to take at most {limit:g} s, but it took {invocation.seconds:.3f} s",)
