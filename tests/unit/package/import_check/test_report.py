from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.package.import_check.report import Ended, Report
from tests.fakes.reports import frame, raised, report

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary() | _JSON.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_report_is_none(content: bytes) -> None:
    assert Report.read(content) is None


def test_a_report_comes_back_as_it_was_written() -> None:
    written = report(Ended.RAISED, raised=raised(KeyError, "'A'", cause=raised(ValueError)))
    assert Report.read(written.model_dump_json().encode()) == written


def test_values_of_variables_are_hidden_wherever_they_turn_up() -> None:
    secret = "hunter2-hunter2"
    inner = raised(ValueError, f"bad {secret}", frame("app.py", 1, f"connect({secret!r})"))
    told = report(Ended.RAISED, output=f"x{secret}x", raised=raised(KeyError, secret, cause=inner))
    assert secret not in told.masked([secret]).model_dump_json()


def test_short_values_are_hidden_as_words_only() -> None:
    told = report(output="prod production on one\n")
    assert told.masked(["prod", "on", ""]).output == "*** production on one\n"


def test_each_line_of_a_value_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADAN\n-----END KEY-----"
    assert "MIIEvQIBADAN" not in report(output="got MIIEvQIBADAN").masked([key]).output


def test_nothing_moves_a_cursor() -> None:
    told = report(Ended.RAISED, output="\x1b[2Jhi\x07", raised=raised(ValueError, "\x1b]0;title\x07no"))
    masked = told.masked([])
    assert "\x1b" not in masked.output
    assert masked.raised
    assert masked.raised.message == "no"


@given(st.text(min_size=8), st.text(), st.text())
def test_a_value_never_survives(secret: str, before: str, after: str) -> None:
    masked = report(output=before + secret + after).masked([secret]).output
    assert secret not in masked or not secret.strip() or secret in before + after or set(secret) <= set("*\n�")
