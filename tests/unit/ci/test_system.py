"""Which CI system it is, and the one that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.system import detect
from lambda_ci.model.problem import Origin, Problem


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"GITHUB_ACTIONS": "true"}, "GitHub Actions"),
        ({"GITHUB_ACTIONS": "false"}, "plain"),
        ({"CI": "true"}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_environment_tells_the_ci_system(environ: dict[str, str], name: str) -> None:
    assert detect(environ).name == name


def test_a_terminal_gets_titles_and_plain_lines() -> None:
    plain = Plain()
    assert plain.group("build") == "▸ build"
    assert plain.end_group() == plain.mask("secret") == ""
    problem = Problem(origin=Origin(source="a.yml", line=1), key="k", message="m")
    assert plain.problem(problem) == "error: a.yml:1:1: k: m"


def test_a_log_cannot_move_the_cursor_or_hide_lines() -> None:
    text = "\x1b[31mred\x1b[0m\r\nover\rwritten\x1b]0;title\x07\x1b[2J\x9b2J bell\x07"
    assert Plain().untrusted(text) == "red\nover\nwritten�2J bell�"


@given(st.text())
def test_only_line_feeds_and_tabs_control_a_terminal(text: str) -> None:
    shown = Plain().untrusted(text)
    assert all(char in "\n\t" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in shown)


def test_nothing_is_written_for_later_steps() -> None:
    assert Plain().write_outputs({"a": "b"}) is None
    assert Plain().write_summary("text") is None
