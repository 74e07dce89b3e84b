"""METADATA of every kind: what honest tools write, what old ones wrote, and what nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.inventory import Licence, Link, Need
from lambda_ci.package.inventory.metadata import parse

CLASSIFIED = "Classifier: License :: OSI Approved :: MIT License\n"


def said(headers: str) -> bytes:
    return f"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n{headers}\nThe long description.\nName: other\n".encode()


def test_a_modern_one_is_read_whole() -> None:
    found = parse(
        said(
            "Summary: Does things\nAuthor-email: Ünal <u@mail.example>\nLicense-Expression: mit or apache-2.0\n"
            "Project-URL: Source Code, https://git.example/demo?tab=1#readme\nProject-URL: Fun, https://fun.example\n"
            "Requires-Dist: Other_Thing[x,y]>=1; python_version < '3.13'\nRequires-Dist: !!!\n"
        )
    )
    assert (found.name, found.version, found.summary, found.author) == (
        "demo",
        "1.0",
        "Does things",
        "Ünal <u@mail.example>",
    )
    assert found.licence == Licence(expression="MIT OR Apache-2.0")
    assert found.links == (Link(kind="vcs", url="https://git.example/demo"),)
    assert found.needs == (Need(name="other-thing", extras=("x", "y"), marker='python_version < "3.13"'),)


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ("License: MIT\n", Licence(expression="MIT")),
        ("License: BSD\n", Licence(names=("BSD",))),
        (f"License: UNKNOWN\n{CLASSIFIED}", Licence(names=("MIT License",))),
        (f"License: Dual License\n{CLASSIFIED}", Licence(names=("Dual License",))),
        (f"License: Copyright (c) Somebody\n  All rights\n  and so on\n{CLASSIFIED}", Licence(names=("MIT License",))),
        ("License: Copyright (c) Somebody\n  All rights\n", Licence(names=("Copyright (c) Somebody",))),
        (CLASSIFIED + CLASSIFIED.replace("MIT", "BSD"), Licence(names=("MIT License", "BSD License"))),
        ("License-Expression: no such thing\n", Licence(names=("no such thing",))),
        ("License-Expression: LicenseRef-Own\n", Licence(expression="LicenseRef-Own")),
        ("License: (((((\n", Licence(names=("(((((",))),
        ("", Licence()),
    ],
)
def test_the_licence_is_told_in_the_best_way_that_is_there(headers: str, licence: Licence) -> None:
    assert parse(said(headers)).licence == licence


def test_a_licence_of_a_megabyte_is_cut_to_how_it_begins() -> None:
    found = parse(said(f"License: {'x' * 1_000_000}\n")).licence
    assert [len(name) for name in found.names] == [100]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://files.example",
        "javascript:alert(1)",
        "https://bad host.example/",
        "https://%zz",
        "not an address",
        "https://" + "a" * 600,
        "",
    ],
)
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert parse(said(f"Home-page: {url}\n")).links == ()


def test_credentials_in_an_address_go_nowhere() -> None:
    [link] = parse(said("Project-URL: Homepage, https://user:secret@git.example/x?token=secret\n")).links
    assert link.url == "https://git.example/x"


def test_another_encoding_costs_only_the_line_that_has_it() -> None:
    latin = parse("Metadata-Version: 2.1\nName: demo\nVersion: 1\nAuthor: Jürgen\nSummary: fine\n\n".encode("latin-1"))
    assert (latin.name, latin.summary) == ("demo", "fine")


@pytest.mark.parametrize("content", [b"", b"\0", b"\xff\xfe", b"Name", b"Name: a\nName: b\n", b"\n\n", b": :\n"])
def test_what_is_no_metadata_says_nothing(content: bytes) -> None:
    assert parse(content).version == ""


HEADER = st.sampled_from([
    "Name", "Version", "License", "License-Expression", "Classifier", "Summary", "Author", "Author-email", "Home-page",
    "Project-URL", "Requires-Dist", "Keywords", "Metadata-Version", "Dynamic", "X",
])  # fmt: skip
VALUE = st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogateescape"))
LINES = st.lists(st.tuples(HEADER.map(str.encode), VALUE).map(b": ".join), max_size=12).map(b"\n".join)


@given(st.binary(max_size=300) | LINES)
def test_nothing_is_too_odd_and_everything_is_one_clean_line(content: bytes) -> None:
    found = parse(content)
    words = [found.name, found.version, found.summary, found.author, *found.licence.names, found.licence.expression]
    for word in words:
        assert len(word) <= 300
        assert not any(ord(character) < 32 for character in word)
        word.encode()
