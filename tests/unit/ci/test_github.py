"""GitHub's protocol, byte for byte; and what hostile text can do, which is nothing."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.cutting import CUT, cut
from lambda_ci.ci.github import SUMMARY_BYTES, GitHub, escape_data, escape_property
from lambda_ci.model.problem import Origin, Problem, Severity
from tests.fakes.runner import assignments
from tests.fakes.workflow_commands import Command, commands

FRAGMENTS = st.sampled_from([
    "::",
    "error",
    "::add-mask::x",
    "##[add-path]",
    "##[",
    "]",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "\u2028",
    "\x85",
    "%0A",
    "%25",
    "::stop-commands::",
    "stop-commands",
    "token-0",
    "::token-0::",
    "::set-env name=PATH::x",
    "::ERROR::x",
    "\x0b",
    "\x1c",
])
HOSTILE = st.lists(FRAGMENTS | st.text(max_size=5), max_size=12).map("".join)


def _github(*, output: str = "", summary: str = "") -> GitHub:
    numbers = count()
    return GitHub(output=output, summary=summary, token=lambda: f"token-{next(numbers)}")


def _problem(message: str = "wrong", *, severity: Severity = Severity.ERROR, key: str = "") -> Problem:
    origin = Origin(source="a b,c:d.yml", line=3, column=7)
    return Problem(origin=origin, message=message, key=key, severity=severity)


def test_a_group_has_its_title_escaped() -> None:
    github = _github()
    assert github.group("build\n::error::100%") == "::group::build%0A::error::100%25"
    assert github.end_group() == "::endgroup::"


def test_an_annotation_has_the_bytes_that_actions_core_writes() -> None:
    assert (
        _github().problem(_problem("multi\nline 100% : ,", key="timeout"))
        == "::error title=lambda-ci,file=a b%2Cc%3Ad.yml,line=3,col=7::timeout: multi%0Aline 100%25 : ,"
    )


def test_a_problem_that_is_not_in_a_file_names_its_origin_in_the_message() -> None:
    problem = Problem(origin=Origin(source="--timeout"), message="too long", severity=Severity.WARNING)
    assert _github().problem(problem) == "::warning title=lambda-ci::--timeout: too long"


def test_ten_problems_of_a_kind_are_annotations_and_the_rest_are_lines() -> None:
    github = _github()
    errors = [github.problem(_problem(str(number))) for number in range(12)]
    warnings = [github.problem(_problem(str(number), severity=Severity.WARNING)) for number in range(11)]
    assert [text.startswith("::error ") for text in errors] == [True] * 10 + [False] * 2
    assert [text.startswith("::warning ") for text in warnings] == [True] * 10 + [False]
    assert errors[10] == "error: a b,c:d.yml:3:7: 10"
    assert github.mark(_problem()) == ""


def test_a_secret_of_several_lines_is_masked_line_by_line_without_its_braces() -> None:
    masked = _github().mask('{\n  "key": "100%"\r\n}\n').splitlines()
    assert masked[0] == '::add-mask::"key": "100%25"'
    assert "::add-mask::{" not in masked
    assert _github().mask("abc") == "::add-mask::abc"
    assert _github().mask("  \n ") == ""


def test_a_secret_is_masked_in_every_form_that_a_log_may_show() -> None:
    masked = [command.data for command in commands(_github().mask('pass"w%rd'))]
    assert masked[:4] == ['pass"w%rd', 'pass\\"w%rd', "pass%22w%25rd", "cGFzcyJ3JXJk"]


def test_the_number_of_an_account_is_not_masked_because_outputs_with_it_would_be_dropped() -> None:
    assert _github().mask("123456789012") == ""


def test_untrusted_text_stands_between_a_token_and_the_same_token() -> None:
    text = "::error::pwned\n##[add-mask]all"
    assert _github().untrusted(text) == f"::stop-commands::token-0\n{text}\n::token-0::"


def test_a_token_that_the_text_contains_is_not_used() -> None:
    assert _github().untrusted("::token-0::").startswith("::stop-commands::token-1\n")


def test_tokens_are_not_to_be_guessed() -> None:
    tokens = {GitHub().untrusted("x").split("\n")[0] for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= len("::stop-commands::") + 32 for token in tokens)


def test_our_own_lines_stay_as_they_are_unless_they_quote_a_command() -> None:
    github = _github()
    assert github.line("std::vector → a::b") == "std::vector → a::b"
    assert "stop-commands" in github.line("name: x\n  ::error::y")
    assert "stop-commands" in github.line("name: ##[error]y")
    assert "stop-commands" in github.line("name:\r::error::y")


@given(HOSTILE)
def test_no_text_can_start_a_command(text: str) -> None:
    github = _github()
    for shown in (github.untrusted(text), github.line(text)):
        assert {command.name for command in commands(shown)} <= {"stop-commands"}
        assert list(commands(f"{shown}\n::debug::after"))[-1] == Command("debug", {}, "after")
        assert text in shown


@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_others_wrote_arrives_in_an_annotation_as_text(title: str, source: str, message: str) -> None:
    github = _github()
    problem = Problem(origin=Origin(source=source, line=1), message=message)
    assert list(commands(github.group(title))) == [Command("group", {}, title)]
    properties = {"title": "lambda-ci", "file": source, "line": "1", "col": "1"}
    assert list(commands(github.problem(problem))) == [Command("error", properties, message)]


@given(HOSTILE)
def test_an_eleventh_problem_cannot_start_a_command_either(message: str) -> None:
    github = _github()
    shown = [github.problem(_problem(message)) for _ in range(11)][-1]
    assert {command.name for command in commands(shown)} <= {"stop-commands"}


@given(st.text())
def test_escapes_leave_one_line(text: str) -> None:
    assert not {"\n", "\r"} & set(escape_data(text) + escape_property(text))
    assert not {":", ","} & set(escape_property(text))


def test_outputs_are_appended_between_delimiters(tmp_path: Path) -> None:
    file = tmp_path / "output"
    file.write_text("before=1\n", encoding="utf-8")
    assert _github(output=str(file)).write_outputs({"version": "2", "empty": ""}) is None
    assert file.read_bytes() == (
        b"before=1\nversion<<ghadelimiter_token-0\n2\nghadelimiter_token-0\n"
        b"empty<<ghadelimiter_token-1\n\nghadelimiter_token-1\n"
    )


@given(
    values=st.dictionaries(st.sampled_from(["a", "function-arn", "result"]), HOSTILE | st.just("ghadelimiter_token-0"))
)
def test_any_value_arrives_as_it_was(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    file = tmp_path_factory.mktemp("runner") / "output"
    assert _github(output=str(file)).write_outputs(values) is None
    written = file.read_bytes().decode() if values else ""
    assert assignments(written) == values


@pytest.mark.parametrize("name", ["", "a=b", "a<<b", "a\nb", " a", "a\r"])
def test_a_name_that_the_runner_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an output"):
        _github(output=str(tmp_path / "output")).write_outputs({name: "1"})


def test_lone_surrogates_do_not_break_an_output(tmp_path: Path) -> None:
    file = tmp_path / "output"
    assert _github(output=str(file)).write_outputs({"path": "a\udcffb"}) is None
    assert assignments(file.read_text(encoding="utf-8")) == {"path": "a?b"}


def test_nothing_is_written_where_the_runner_gives_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    github = GitHub.from_environ({"GITHUB_ACTIONS": "true"})
    assert github.write_outputs({"a": "1"}) is None
    assert github.write_summary("text") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["gone/output", ""])
def test_a_file_that_cannot_be_written_is_a_warning(tmp_path: Path, place: str) -> None:
    github = GitHub.from_environ({"GITHUB_OUTPUT": str(tmp_path / place), "GITHUB_STEP_SUMMARY": str(tmp_path / place)})
    output, summary = github.write_outputs({"a": "1"}), github.write_summary("text")
    assert output
    assert summary
    assert (output.severity, output.origin.source) == (Severity.WARNING, "GITHUB_OUTPUT")
    assert (summary.severity, summary.origin.source) == (Severity.WARNING, "GITHUB_STEP_SUMMARY")


def test_a_relative_place_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    warning = GitHub(output="output").write_outputs({"a": "1"})
    assert warning
    assert "not an absolute path" in warning.message
    assert list(tmp_path.iterdir()) == []


def test_the_summary_is_appended_and_ends_with_a_line_feed(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    github = GitHub(summary=str(file))
    assert github.write_summary("one") is None
    assert github.write_summary("two\n") is None
    assert file.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("character", ["a", "é", "€", "𝄞"])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_large_summary_is_cut_at_a_character_with_a_notice(tmp_path: Path, character: str, before: int) -> None:
    file = tmp_path / "summary"
    file.write_bytes(b"x" * before)
    assert GitHub(summary=str(file)).write_summary(character * SUMMARY_BYTES) is None
    written = file.read_bytes()
    assert SUMMARY_BYTES - 4 < len(written) <= SUMMARY_BYTES
    assert written.decode().endswith(f"{character}{CUT}")


def test_a_summary_of_exactly_the_limit_is_not_cut() -> None:
    text = "x" * (SUMMARY_BYTES - 1) + "\n"
    assert cut(text, room=SUMMARY_BYTES) == text.encode()


def test_a_full_summary_is_left_alone_and_said_so(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    file.write_bytes(b"x" * SUMMARY_BYTES)
    warning = GitHub(summary=str(file)).write_summary("more")
    assert warning
    assert "full" in warning.message
    assert file.stat().st_size == SUMMARY_BYTES
