"""Which CI system it is, and the one that is none."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.system import Surroundings, detect
from lambda_ci.main import SystemClock
from lambda_ci.model.problem import Origin, Problem


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"GITHUB_ACTIONS": "true"}, "GitHub Actions"),
        ({"GITHUB_ACTIONS": "false"}, "plain"),
        ({"GITLAB_CI": "true"}, "GitLab CI"),
        ({"GITLAB_CI": "false"}, "plain"),
        ({"BITBUCKET_BUILD_NUMBER": "3"}, "Bitbucket Pipelines"),
        ({"CIRCLECI": "true"}, "CircleCI"),
        ({"TF_BUILD": "True"}, "Azure Pipelines"),
        ({"JENKINS_URL": "https://jenkins.example/"}, "Jenkins"),
        ({"JENKINS_HOME": "/var/jenkins_home", "JENKINS_URL": ""}, "Jenkins"),
        ({"GITHUB_ACTIONS": "true", "JENKINS_HOME": "/var/jenkins_home"}, "GitHub Actions"),
        ({"CI": "true"}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_environment_tells_the_ci_system(environ: dict[str, str], name: str) -> None:
    assert detect(_around(environ)).name == name


@pytest.mark.parametrize(
    "environ",
    [
        {"GITLAB_CI": "true"},
        {"BITBUCKET_BUILD_NUMBER": "3"},
        {"CIRCLECI": "1"},
        {"TF_BUILD": "1"},
        {"JENKINS_URL": "x"},
    ],
)
def test_a_known_system_has_its_reports_beside_the_packages(tmp_path: Path, environ: dict[str, str]) -> None:
    assert detect(_around(environ, packages=tmp_path / "dist")).write_summary("text") is None
    assert detect(_around(environ, reports=tmp_path / "reports")).write_summary("text") is None
    assert [(tmp_path / name / "lambda-ci.md").exists() for name in ("dist", "reports")] == [True, True]


def test_github_and_no_system_have_reports_only_where_a_folder_is_named(tmp_path: Path) -> None:
    for number, environ in enumerate(({"GITHUB_ACTIONS": "true"}, {})):
        folder = tmp_path / f"reports-{number}"
        assert detect(_around(environ, packages=tmp_path / "dist")).write_summary("text") is None
        system = detect(_around(environ, reports=folder))
        assert (system.write_summary("text"), system.write_outputs({"version": "3"})) == (None, None)
        assert sorted(path.name for path in folder.iterdir()) == ["lambda-ci.env", "lambda-ci.json", "lambda-ci.md"]
    assert not (tmp_path / "dist").exists()


def _around(environ: dict[str, str], *, reports: Path | None = None, packages: Path = Path("/gone")) -> Surroundings:
    return Surroundings(environ=environ, clock=SystemClock(), log=io.StringIO(), reports=reports, packages=packages)


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
