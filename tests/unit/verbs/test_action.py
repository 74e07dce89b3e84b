"""The action's own inputs: which command line they stand for, and what wrong ones get. All in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.verbs.action import argv_of, refusal
from tests.fakes.action_step import variables
from tests.fakes.runner import assignments
from tests.fakes.workflow_commands import commands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

LINES: list[tuple[Mapping[str, str], list[str]]] = [
    ({}, ["deploy"]),
    ({"command": ""}, ["deploy"]),
    ({"command": " plan\n"}, ["plan"]),
    ({"command": "deploy", "dry-run": "true"}, ["plan"]),
    ({"dry-run": "TRUE", "local": "True"}, ["plan", "--local"]),
    ({"command": "deploy", "dry-run": "false"}, ["deploy"]),
    ({"command": "build", "dry-run": "true", "local": "true"}, ["build"]),
    ({"command": "plan", "matrix": "true"}, ["plan", "--matrix", "github"]),
    ({"command": "deploy", "matrix": "true"}, ["deploy"]),
    ({"command": "rollback", "to": "0123abc", "keep": "3"}, ["rollback", "--to=0123abc"]),
    ({"command": "prune", "to": "3", "keep": "3"}, ["prune", "--keep=3"]),
    ({"command": "prune", "dry-run": "true"}, ["prune", "--dry-run"]),
    ({"command": "status", "dry-run": "true"}, ["status"]),
    ({"command": "preview", "preview": "sweep", "dry-run": "true"}, ["preview", "sweep", "--dry-run"]),
    ({"command": "invoke", "payload": '{"a": 1}'}, ["invoke", '--payload={"a": 1}']),
    ({"command": "deploy", "payload": "{}"}, ["deploy"]),
]


@pytest.mark.parametrize(("inputs", "argv"), LINES)
def test_the_inputs_stand_for_a_command_line(inputs: Mapping[str, str], argv: list[str]) -> None:
    assert refusal(inputs) is None
    assert argv_of(inputs) == argv


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"command": "depoly"}, 'not "depoly"; did you mean "deploy"?'),
        ({"command": "destroy"}, 'not "destroy"'),
        ({"local": "yes"}, 'input local: must be true or false, not "yes"'),
        ({"matrix": "1"}, 'input matrix: must be true or false, not "1"'),
        ({"dry-run": "on"}, 'input dry-run: must be true or false, not "on"'),
        ({"command": "rollback", "dry-run": "true"}, "input dry-run: says to write nothing, and `command: rollback` has no such way"),
    ],
)  # fmt: skip
def test_wrong_ones_end_with_2_before_anything_is_asked(
    cli: Cli, aws: AwsServer, inputs: Mapping[str, str], said: str
) -> None:
    ran = cli(environ=variables(inputs))
    assert (ran.code, aws.operations) == (2, [])
    assert said in ran.err


def test_all_of_them_are_told_at_once_and_marked(cli: Cli) -> None:
    ran = cli(environ={"GITHUB_ACTIONS": "true", **variables({"command": "depoly", "local": "yes", "matrix": "no"})})
    assert ran.code == 2
    assert [command.data.partition(":")[0] for command in commands(ran.err) if command.name == "error"] == [
        "input command",
        "input local",
        "input matrix",
    ]


def test_a_dry_run_plans_and_writes_nothing(cli: Cli, aws: AwsServer) -> None:
    ran = cli(environ=variables({"dry-run": "true"}))
    assert (ran.code, aws.writes) == (0, [])
    assert "orders: " in ran.out
    assert "+ function" in ran.out


def test_a_plan_and_a_call_tell_what_callers_get_now(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    told = _outputs(cli, command="plan")
    assert (told["changed"], "version" in told, "function-arn" in told) == ("true", False, False), "it is not there yet"
    assert _outputs(cli, command="deploy")["version"] == "1"
    planned = _outputs(cli, command="plan", description="another")
    assert (planned["version"], planned["alias"], planned["changed"]) == ("1", "live", "true")
    assert planned["function-arn"].endswith(":function:orders")
    called = _outputs(cli, command="invoke")
    assert (called["version"], called["alias"], called["changed"]) == ("1", "live", "false")


def _outputs(cli: Cli, **inputs: str) -> dict[str, str]:
    place = cli.write("output", "")
    ran = cli(environ={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(place), **variables(inputs)})
    assert ran.code == 0, ran.err
    return assignments(place.read_text("utf-8"))


@pytest.mark.usefixtures("aws")
def test_several_functions_are_chosen_by_their_keys(cli: Cli) -> None:
    role = "arn:aws:iam::123456789012:role/orders"
    lines = [f"  {name}: {{source: src, handler: app.handler, runtime: python3.12, role: '{role}'}}" for name in "abc"]
    cli.write("lambda-ci.yml", "\n".join(["version: 1", "functions:", *lines]) + "\n")
    planned = cli(environ=variables({"command": "plan", "functions": "a, c"}))
    assert planned.code == 0, planned.err
    assert [line for line in planned.out.splitlines() if line[:1] in set("abc")] == ["a: 3 changes", "c: 3 changes"]
    assert cli(environ=variables({"command": "check", "functions": "a\nd"})).code == 2


def test_commands_without_a_package_need_no_runtime_either(cli: Cli, aws: AwsServer) -> None:
    """What a function without a file runs is asked of AWS."""
    aws.lambda_.handlers["orders"] = lambda _event, version: {"statusCode": 200, "version": version}
    assert cli("deploy").code == 0
    (cli.folder / "lambda-ci.yml").unlink()
    for command in ("status", "invoke"):
        ran = cli(environ=variables({"command": command, "function-name": "orders"}))
        assert ran.code == 0, ran.err


def test_arguments_beat_the_inputs_as_with_args_in_a_workflow(cli: Cli) -> None:
    assert cli("check", environ=variables({"command": "deploy"})).code == 0
