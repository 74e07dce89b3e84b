"""Azure's logging commands; and what hostile text can do, which is nothing."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_ci.ci.azure import LARGEST_VARIABLE, Azure, escape_data, escape_property
from lambda_ci.ci.reports import Reports
from lambda_ci.model.problem import Origin, Problem, Severity
from tests.fakes.log_readers import AgentCommand, agent_commands, formatted

if TYPE_CHECKING:
    from pathlib import Path

FRAGMENTS = st.sampled_from([
    "##vso[task.setvariable variable=PATH]x",
    "##VSO[task.complete result=Succeeded;]",
    "##[error]",
    "##",
    "#",
    "vso[",
    "[",
    "]",
    ";",
    "\u200d",
    "\u00ad",
    "\ufe0f",
    "\n",
    "\r",
    "\x1b[0m",
    "\x07",
    "%0A",
    "%AZP25",
])
HOSTILE = st.lists(FRAGMENTS | st.text(max_size=5), max_size=12).map("".join)


def _azure(folder: Path | None = None) -> Azure:
    return Azure(log=io.StringIO(), reports=Reports(folder=folder))


def _told(azure: Azure) -> list[AgentCommand]:
    assert isinstance(azure.log, io.StringIO)
    return list(agent_commands(azure.log.getvalue()))


def test_a_step_is_a_group() -> None:
    assert (_azure().group("build"), _azure().end_group()) == ("##[group]build", "##[endgroup]")


def test_a_problem_in_a_file_is_an_issue_with_its_place() -> None:
    problem = Problem(origin=Origin(source="a;b].yml", line=3, column=7), key="timeout", message="100%\nwrong")
    place = "sourcepath=a%3Bb%5D.yml;linenumber=3;columnnumber=7"
    assert _azure().problem(problem) == f"##vso[task.logissue type=error;{place}]timeout: 100%AZP25%0Awrong"


def test_a_problem_elsewhere_names_its_origin() -> None:
    problem = Problem(origin=Origin(source="--timeout"), message="too long", severity=Severity.WARNING)
    assert _azure().mark(problem) == "##vso[task.logissue type=warning]--timeout: too long"


def test_a_secret_of_several_lines_is_masked_line_by_line() -> None:
    masked = list(agent_commands(_azure().mask('{\n  "key": "100%"\r\n}\n')))
    assert masked[0] == AgentCommand("task.setsecret", {}, '"key": "100%"')
    assert {command.name for command in masked} == {"task.setsecret"}
    assert _azure().mask("abc") == "##vso[task.setsecret]abc"
    assert _azure().mask(" \n") == ""


@pytest.mark.parametrize("hidden", ["", "\u200d", "\u00ad", "\ufe0f", "é"])
def test_a_command_is_taken_apart_and_can_still_be_read(hidden: str) -> None:
    shown = _azure().untrusted(f"before\n#{hidden}#vso[task.complete]x\nnach Süden")
    assert list(agent_commands(shown)) == []
    assert shown.startswith("before\n#")
    assert shown.endswith("vso[task.complete]x\nnach Süden")


@given(HOSTILE)
@example("##\x0b[error]")
@example("#\x1c#vso\x7f[task.complete]")
def test_no_text_can_start_a_command(text: str) -> None:
    azure = _azure()
    for shown in (azure.line(text), azure.untrusted(text), azure.answer(text)):
        assert list(agent_commands(shown)) == []
        assert formatted(shown) == []


@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_others_wrote_stays_in_its_place(title: str, source: str, message: str) -> None:
    azure = _azure()
    assert formatted(azure.group(title)) == ["group"]
    assert list(agent_commands(azure.group(title))) == []
    problem = Problem(origin=Origin(source=source, line=1), key=title, message=message)
    [issue] = agent_commands(azure.problem(problem))
    assert (issue.name, issue.properties["type"]) == ("task.logissue", "error")
    assert issue.properties.keys() == {"type", "sourcepath", "linenumber", "columnnumber"}


@given(st.text())
def test_escapes_leave_one_line(text: str) -> None:
    assert not {"\n", "\r"} & set(escape_data(text) + escape_property(text))
    assert not {"]", ";"} & set(escape_property(text))


@given(st.dictionaries(st.sampled_from(["alias", "function-arn", "result"]), HOSTILE))
def test_any_output_becomes_a_variable_as_it_was(values: dict[str, str]) -> None:
    azure = _azure()
    assert azure.write_outputs(values) is None
    assert _told(azure) == [
        AgentCommand("task.setvariable", {"variable": name, "isOutput": "true"}, value)
        for name, value in values.items()
    ]


def test_what_would_not_fit_into_an_environment_is_in_the_file_only(tmp_path: Path) -> None:
    azure = _azure(tmp_path)
    assert azure.write_outputs({"version": "3", "result": "x" * (LARGEST_VARIABLE + 1)}) is None
    assert [one.properties["variable"] for one in _told(azure)] == ["version"]
    assert '"result": "xxx' in (tmp_path / "lambda-ci.json").read_text("utf-8")


def test_the_summary_is_uploaded_from_its_file(tmp_path: Path) -> None:
    azure = _azure(tmp_path / "dist")
    assert azure.write_summary("### done") is None
    assert (tmp_path / "dist/lambda-ci.md").read_text("utf-8") == "### done"
    assert _told(azure) == [AgentCommand("task.uploadsummary", {}, str(tmp_path / "dist/lambda-ci.md"))]


def test_a_summary_that_cannot_be_written_is_a_warning_and_not_uploaded(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("a file")
    azure = _azure(tmp_path / "dist")
    warning = azure.write_summary("### done")
    assert warning
    assert warning.severity is Severity.WARNING
    assert _told(azure) == []


class _Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_fails_nothing(tmp_path: Path) -> None:
    azure = Azure(log=_Full(), reports=Reports(folder=tmp_path))
    assert (azure.write_outputs({"version": "3"}), azure.write_summary("text")) == (None, None)
    assert (tmp_path / "lambda-ci.env").read_text("utf-8") == "LAMBDA_VERSION=3\n"
