"""Files for later jobs, on systems that have no other place for them."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.bitbucket import Bitbucket
from lambda_ci.ci.circleci import CircleCi
from lambda_ci.ci.jenkins import Jenkins
from lambda_ci.ci.plain import Plain
from lambda_ci.ci.reports import DOTENV_BYTES, Reports, assignments, dotenv
from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"version": "3", "function-arn": "arn:aws:lambda:eu-west-1:1:function:a", "text": "a b", "empty": ""}
NAMES = st.sampled_from(["a", "function-arn", "result", "package-path", "changed"])


def test_outputs_are_a_file_of_variables_and_one_of_json(tmp_path: Path) -> None:
    assert Plain(reports=Reports(folder=tmp_path / "reports")).write_outputs(VALUES) is None
    assert (tmp_path / "reports/lambda-ci.env").read_text("utf-8") == (
        "LAMBDA_VERSION=3\nLAMBDA_FUNCTION_ARN=arn:aws:lambda:eu-west-1:1:function:a\nLAMBDA_EMPTY=''\n"
    )
    assert json.loads((tmp_path / "reports/lambda-ci.json").read_text("utf-8")) == VALUES


@given(st.dictionaries(NAMES, st.text() | st.text("x", min_size=4000, max_size=6000)))
def test_variables_are_what_gitlab_takes(values: dict[str, str]) -> None:
    text = dotenv(values)
    lines = text.split("\n")
    assert lines.pop() == ""
    assert all(line.partition("=")[0].isidentifier() and " " not in line for line in lines)
    assert len(text.encode()) <= DOTENV_BYTES
    assert {line.partition("=")[2] for line in lines} <= set(values.values())


@given(st.dictionaries(NAMES, st.text(alphabet="a$`();&|<>'\"\\\\*{},#~!é") | st.text(), max_size=3))
def test_a_shell_reads_the_values_and_runs_nothing(values: dict[str, str]) -> None:
    read = [part for line in assignments(values).splitlines() for part in shlex.split(line)]
    assert read == dotenv(values).splitlines()


@pytest.mark.parametrize(
    "text", ['{"a":"3","b":"4"}', "$(touch${IFS}pwned)", "`touch${IFS}pwned`", "x;touch${IFS}pwned"]
)
def test_the_file_of_variables_can_be_read_by_a_shell(text: str, tmp_path: Path) -> None:
    assert Jenkins(reports=Reports(folder=tmp_path)).write_outputs({"version": text}) is None
    script = '. ./lambda-ci.env; printf %s "$LAMBDA_VERSION"'
    told = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (told.stdout, (tmp_path / "pwned").exists()) == (text, False)


def test_gitlab_takes_the_values_as_they_are(tmp_path: Path) -> None:
    assert Reports(folder=tmp_path, quoted=False).outputs({"version": '{"a":"3"}'}) is None
    assert (tmp_path / "lambda-ci.env").read_text("utf-8") == 'LAMBDA_VERSION={"a":"3"}\n'


@pytest.mark.parametrize("system", [Plain(), Jenkins(), CircleCi()])
def test_without_a_folder_nothing_is_written(system: Plain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert system.write_outputs(VALUES) is None
    assert system.write_summary("text") is None
    assert system.write_problems([]) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("system", [Plain(), Jenkins(), CircleCi(), Bitbucket()])
def test_an_answer_is_as_it_is_unless_it_would_hide_something(system: Plain) -> None:
    for text in ('{"a": "b"}', "one\r\ntwo\n", "\ttext é"):
        assert system.answer(text) == text
    hidden = "before\x1b[2K\x1b[1A\x1b[8mha:////secret\x1b[0m\rafter\b"
    assert system.answer(hidden) == "beforeha:////secret\nafter�"


def test_a_folder_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    jenkins = Jenkins(reports=Reports(folder=tmp_path / "file/dist"))
    for warning in (jenkins.write_outputs(VALUES), jenkins.write_summary("text")):
        assert warning
        assert warning.severity is Severity.WARNING
        assert "was not written" in warning.message


def test_lone_surrogates_do_not_break_a_file(tmp_path: Path) -> None:
    plain = Plain(reports=Reports(folder=tmp_path))
    assert plain.write_outputs({"package-path": "a\udcffb"}) is None
    assert plain.write_summary("a\udcffb") is None
    assert (tmp_path / "lambda-ci.md").read_text("utf-8") == "a?b"


def test_circleci_exports_outputs_to_later_steps(tmp_path: Path) -> None:
    file = tmp_path / "bash_env"
    file.write_text("export BEFORE=1\n")
    system = CircleCi.from_environ({"BASH_ENV": str(file)}, reports=Reports())
    assert system.write_outputs({"version": "3", "alias": "$(touch${IFS}pwned);'", "text": "a b"}) is None
    script = f'. {shlex.quote(str(file))}; printf \'%s|\' "$BEFORE" "$LAMBDA_VERSION" "$LAMBDA_ALIAS"'
    told = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == "1|3|$(touch${IFS}pwned);'|"
    assert [path.name for path in tmp_path.iterdir()] == ["bash_env"]


def test_circleci_exports_outputs_where_the_files_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    reports = Reports(folder=tmp_path / "file/dist")
    assert CircleCi(bash_env=str(tmp_path / "bash_env"), reports=reports).write_outputs({"version": "3"})
    assert (tmp_path / "bash_env").read_text() == "export LAMBDA_VERSION=3\n"


def test_circleci_warns_where_later_steps_have_no_outputs(tmp_path: Path) -> None:
    system = CircleCi.from_environ({"BASH_ENV": str(tmp_path / "gone/bash_env")}, reports=Reports())
    warning = system.write_outputs({"version": "3"})
    assert warning
    assert warning.origin.source == "BASH_ENV"
