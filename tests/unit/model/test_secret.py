"""A secret is found in whatever form a log shows it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_ci.model.secret import SHORTEST_ENCODED, forms, lines

SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=SHORTEST_ENCODED, max_size=40
).filter(lambda text: not text.isdecimal())


def test_lines_without_white_space_and_without_braces() -> None:
    assert lines('{\n  "key": "100%"\r\n}\n') == ('"key": "100%"',)
    assert lines("abc") == ("abc",)
    assert lines("  \n ") == ()


def test_the_number_of_an_account_is_no_secret() -> None:
    assert forms("123456789012") == ()
    assert forms("1234567890123")[0] == "1234567890123"


def test_a_short_secret_is_masked_as_it_is_and_not_encoded() -> None:
    assert forms("a/b") == ("a/b",)
    assert forms("a/bc") == ("a/bc", "a%2Fbc")


@pytest.mark.parametrize("secret", ['pass"word\\', "p@ss/w+rd=", "geheim€über"])
def test_as_it_looks_in_json_and_in_an_address(secret: str) -> None:
    found = forms(secret)
    assert {json.dumps(secret)[1:-1], quote(secret, safe=""), quote_plus(secret)} <= set(found)


@given(SECRETS, st.binary(max_size=5), st.binary(max_size=5))
@example("hunter2!", b"user:", b"\n")
def test_in_the_base64_of_any_text_with_the_secret_in_it(secret: str, before: bytes, after: bytes) -> None:
    """Basic authentication is the base64 of ``user:secret``."""
    data = secret.encode()
    encoded = base64.b64encode(before + data + after).decode()
    shown = encoded
    for form in sorted(forms(secret), key=len, reverse=True):
        shown = shown.replace(form, "***")
    assert "***" in shown


@given(st.text())
def test_every_form_is_one_line_and_there_once(secret: str) -> None:
    found = forms(secret)
    assert len(set(found)) == len(found)
    assert all(form.strip() and len(form.splitlines()) == 1 for form in found)
