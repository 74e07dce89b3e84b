from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.cli import Cli


def test_a_sound_project_passes(cli: Cli) -> None:
    ran = cli("check")
    assert (ran.code, ran.out) == (0, "1 function, no problems\n")


def test_every_value_can_be_traced_to_where_it_was_written(cli: Cli) -> None:
    cli.environ["LAMBDA_CI_TIMEOUT"] = "7"
    lines = cli("check", "--explain", "--memory-size", "256").out.splitlines()
    assert "functions.orders.handler  (lambda-ci.yml:6:14)" in lines
    assert "functions.orders.memory-size  (flag --memory-size)" in lines
    assert "functions.orders.timeout  (environment LAMBDA_CI_TIMEOUT)" in lines


def test_all_problems_come_at_once_and_end_with_2(cli: Cli) -> None:
    cli.write("lambda-ci.yml", "version: 1\nfunctions:\n  a:\n    handler: app\n    runtime: 3.10\n    timeot: 5\n")
    ran = cli("check")
    assert ran.code == 2
    assert ran.out == ""
    assert "lambda-ci.yml:5:14: functions.a.runtime" in ran.err
    assert 'lambda-ci.yml:6:5: functions.a.timeot: unknown key; did you mean "timeout"?' in ran.err
    assert "Traceback" not in ran.err


def test_a_warning_among_problems_is_told_from_them(cli: Cli) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + "    package: {botocore-services: [nonesuch], slim: [nothing]}\n")
    ran = cli("check")
    assert ran.code == 2
    assert "the configuration has 1 problem\n" in ran.err
    assert "warning: lambda-ci.yml:" in ran.err
    assert 'knows no service "nonesuch"' in ran.err
    assert "warning" not in next(line for line in ran.err.splitlines() if '"nothing"' in line)


def test_with_json_the_problems_are_data(cli: Cli) -> None:
    cli.write("lambda-ci.yml", "version: 1\nfunctions:\n  a:\n    runtime: python3.12\n    handler: 7\n")
    ran = cli("check", "--json")
    problems = ran.document["error"]["problems"]
    assert ran.document["error"]["exit-code"] == ran.code == 2
    assert [(one["line"], one["column"], one["key"]) for one in problems] == [(5, 14, "functions.a.handler")]


def test_a_folder_without_anything_says_what_is_missing(cli: Cli) -> None:
    (cli.folder / "lambda-ci.yml").unlink()
    ran = cli("check")
    assert ran.code == 2
    assert "lambda-ci.yml" in ran.err
    assert "function-name" in ran.err


def test_a_variable_of_the_environment_never_shows_its_value(cli: Cli) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + "    environment: {KEY: '${env:KEY}', 'BAD NAME': '${env:KEY}'}\n")
    ran = cli("check", "--explain", environ={"KEY": "hunter2-hunter2"})
    assert ran.code == 2
    assert "BAD NAME" in ran.err
    assert "hunter2" not in ran.err + ran.out


def test_as_an_action_problems_are_annotations_outputs_and_a_summary(cli: Cli) -> None:
    cli.write("lambda-ci.yml", "version: 1\nfunctions:\n  a:\n    runtime: python3.12\n    handler: 7\n")
    output, summary = cli.write("out", ""), cli.write("summary", "")
    ran = cli(
        environ={
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "INPUT_COMMAND": "check",
            "INPUT_MEMORY-SIZE": "",
        }
    )
    assert ran.code == 2
    assert "::error title=lambda-ci,file=lambda-ci.yml,line=5,col=14::functions.a.handler: " in ran.err
    assert '"exit-code":2' in output.read_text(encoding="utf-8")
    assert "functions.a.handler" in summary.read_text(encoding="utf-8")


def test_an_action_with_a_command_that_does_not_exist_ends_with_2(cli: Cli) -> None:
    assert cli(environ={"GITHUB_ACTIONS": "true", "INPUT_COMMAND": "explode"}).code == 2


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "COMMAND",
            "buidl",
            'not "buidl"; did you mean "build"?',
        ),
        ("LOCAL", "yes", 'must be true or false, not "yes"'),
    ],
)
def test_a_wrong_input_of_the_action_itself_is_reported_as_any_other(
    cli: Cli, name: str, text: str, message: str
) -> None:
    summary = cli.write("summary", "")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), f"INPUT_{name}": text}
    ran = cli(environ=environ)
    assert ran.code == 2
    assert f"::error title=lambda-ci::input {name.lower()}: must be " in ran.err
    assert message in ran.err
    assert f"input {name.lower()}" in summary.read_text(encoding="utf-8")


def test_inputs_of_the_action_may_have_spaces_around_them(cli: Cli) -> None:
    environ = {"GITHUB_ACTIONS": "true", "INPUT_COMMAND": " check\n", "INPUT_LOCAL": " True "}
    assert cli(environ=environ).code == 0
