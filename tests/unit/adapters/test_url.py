from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.adapters.url import credentials_of, origin_of, secret_in, without_credentials, without_userinfo

SECRET = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=6, max_size=20).map("S3cr3t{}".format)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://index.example/simple", "https://index.example/simple"),
        ("https://joe:pw@host/simple", "https://***@host/simple"),
        ("https://token@host:8080/a", "https://***@host:8080/a"),
        ("https://host/a?X-Amz-Signature=abc#sha256=def", "https://host/a?***#***"),
        ("git+https://joe:pw@host/a.git", "git+https://***@host/a.git"),
        ("see https://a:b@host/x, and `http://c:d@host/`", "see https://***@host/x, and `http://***@host/`"),
        ("https://joe:p@w@host/x", "https://***@host/x"),
        ("no address: joe@example.org", "no address: joe@example.org"),
    ],
)
def test_an_address_is_shown_without_what_is_secret_in_it(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://h/a.whl", ""),
        ("https://h/a.whl#sha256=" + "a" * 64, ""),
        ("https://h/a.whl?sha256=" + "a" * 64, ""),
        ("https://h/a.whl?version=1.0&platform=linux", ""),
        ("https://h/a.whl?download", ""),
        ("https://joe:pw@h/a.whl", "user name and password"),
        ("https://h/a.whl?token=x", "the parameter token"),
        ("https://h/a.whl?a=1&X-Amz-Signature=abc", "the parameter X-Amz-Signature"),
        ("https://h/a.whl?sv=1&sig=ab%2B", "the parameter sig"),
        ("https://h/a.whl?t=0123456789abcdef0123", "the parameter t"),
        ("https://h/a.whl?0123456789abcdef0123", "the query"),
        ("/a/path?token=x", "the parameter token"),
        ("", ""),
    ],
)
def test_what_of_an_address_is_secret_is_told(url: str, secret: str) -> None:
    assert secret_in(url) == secret


@given(st.text(max_size=100))
def test_any_text_may_be_an_address(text: str) -> None:
    secret_in(text)
    secret_in(f"https://h/?{text}")


@given(st.text(), SECRET, SECRET, st.text())
def test_no_password_and_no_query_survives_in_any_text(before: str, password: str, query: str, after: str) -> None:
    shown = without_credentials(f"{before} https://user:{password}@host/path?token={query} {after}")
    assert password not in shown.replace(before, "").replace(after, "") or password in before + after
    assert query not in shown.replace(before, "").replace(after, "") or query in before + after


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    without_credentials(text)
    without_userinfo(text)
    credentials_of(text)
    origin_of(text)


@given(st.text(max_size=200))
def test_hiding_twice_is_hiding_once(text: str) -> None:
    once = without_credentials(text)
    assert without_credentials(once) == once


def test_without_the_user_an_address_still_tells_one_file_from_another() -> None:
    assert without_userinfo("x @ https://a:b@host/x.whl?v=1#sha256=00") == "x @ https://host/x.whl?v=1#sha256=00"


def test_credentials_are_decoded() -> None:
    assert credentials_of("https://j%40e:p%3Aw@host/") == ("j@e", "p:w")
    assert credentials_of("https://token@host/") == ("token", "")
    assert credentials_of("https://host/") is None
    assert credentials_of("https://[broken/") is None


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://joe:pw@Host:8443/a/b?c") == "https://host:8443"


def test_a_long_word_is_looked_through_once() -> None:
    """What looked at all of it for each of its characters would never come to an end."""
    assert len(without_credentials("x" * 1_000_000)) == 1_000_000
