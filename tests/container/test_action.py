"""The image as a GitHub Action: what GitHub's runner hands it, and what it reads back. Each step is a container of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.workflow_commands import commands

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.runner import Runner, Step

ROOT = Path(__file__).parents[2]


def roots(folder: Path) -> list[Path]:
    """What the runner's user could not remove."""
    return [path for path in folder.rglob("*") if path.lstat().st_uid == 0 and os.geteuid() == 0]


@pytest.mark.network
def test_every_command_in_the_steps_of_a_job(runner: Runner, image: str) -> None:
    """As after configure-aws-credentials: AWS's variables are in the environment."""
    with AwsServer() as aws:
        aws.lambda_.handlers["hello"] = lambda _event, version: {"greeting": "hello xn--bcher-kva", "version": version}
        environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region}

        def step(command: str, **inputs: str) -> Step:
            given = {"command": command, **{name.replace("_", "-"): text for name, text in inputs.items()}}
            found = runner.run(ROOT, image=image, inputs=given, env=environ)
            assert found.exit_code == 0, found.log
            assert (found.warnings, found.annotations) == ((), ())
            return found

        step("check")
        built = step("build")
        assert built.outputs["package-path"] == "dist/hello.zip"
        assert built.outputs["package-size"] == str((runner.workspace / "dist/hello.zip").stat().st_size)
        assert json.loads(built.outputs["result"])["functions"]["hello"]["path"] == "dist/hello.zip"

        planned = step("plan")
        assert (planned.outputs["changed"], aws.writes) == ("true", [])
        assert planned.outputs["plan"].startswith("hello: ")
        assert "+ function" in planned.summary

        first = step("deploy")
        assert _released(first.outputs) == ("1", "", "live", "true")
        assert first.outputs["function-arn"].endswith(":123456789012:function:hello")
        assert "✅ deploy: 1 function, 1 changed" in first.summary
        assert step("deploy").outputs["changed"] == "false"

        second = step("deploy", memory_size="256", description="100%\n::error::no command")
        assert _released(second.outputs) == ("2", "1", "live", "true")
        assert step("status").outputs["version"] == "2"
        assert '"version": "2"' in step("invoke", payload='{"name": "x"}').log
        assert _released(step("rollback").outputs) == ("1", "2", "live", "true")
        step("prune", keep="1")
        assert set(aws.functions["hello"].versions) == {"1", "2"}, "what a rollback can go to stays"
    assert roots(runner.workspace) == []
    assert roots(runner.temp / "_github_home") == []


def _released(outputs: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(outputs.get(name, "") for name in ("version", "previous-version", "alias", "changed"))


@pytest.mark.network
@pytest.mark.local_aws
def test_the_main_job_works_in_one_step_without_an_account_or_a_newer_runner(runner: Runner, image: str) -> None:
    old = type(runner)(engine=runner.engine, workspace=runner.workspace, temp=runner.temp, network="host", old=True)
    step = old.run(ROOT, image=image, inputs={"command": "deploy", "local": "True"})
    assert step.exit_code == 0, step.log
    assert _released(step.outputs) == ("1", "", "live", "true")


@pytest.mark.network
@pytest.mark.local_aws
def test_a_version_that_fails_its_smoke_test_fails_the_step_and_what_it_says_is_no_command(
    runner: Runner, image: str
) -> None:
    hostile = "::error::pwned\\r::add-mask::live\\n##[error]pwned\\n::stop-commands::x"
    source = (
        f"def handler(event, context):\n    print('{hostile}')\n    raise RuntimeError('broken ##[warning]pwned')\n"
    )
    (runner.workspace / "src/app.py").write_text(source, encoding="utf-8")
    step = runner.run(ROOT, image=image, inputs={"command": "deploy", "local": "true"})
    assert step.exit_code == 6, step.log
    assert "pwned" in step.log
    acted_on = [command for command in commands(step.log) if command.name not in {"add-mask", "group", "endgroup"}]
    assert {command.name for command in acted_on} == {"stop-commands", "error"}
    (error,) = [command for command in acted_on if command.name == "error"]
    assert "failed 1 of 1 smoke tests" in error.data
    assert not [command for command in commands(step.log) if command.name == "add-mask" and command.data == "live"]
    assert "broken" in step.summary


def test_what_is_wrong_is_annotated_where_it_is_wrong_ten_times_and_all_of_it_in_the_summary(
    runner: Runner, image: str
) -> None:
    config = runner.workspace / "lambda-ci.yml"
    good = config.read_text(encoding="utf-8")
    wrong = "".join(f"    memory-{number}: 512\n" for number in range(11))
    config.write_text(f"{good}{wrong}", encoding="utf-8")
    place = "/github/workspace/lambda-ci.yml"
    step = runner.run(ROOT, image=image, inputs={"command": "check", "memory-size": "lots", "config": place})
    assert step.exit_code == 2, step.log
    assert [annotation.level for annotation in step.annotations] == ["error"] * 10
    first = step.annotations[0]
    named = (first.properties["file"], first.properties["line"])
    assert named == ("lambda-ci.yml", str(good.count("\n") + 1)), (
        "as the forge names it, which knows no /github/workspace"
    )
    assert "memory-size" in first.message, "what was probably meant"
    assert all(f"memory-{number}" in step.summary for number in range(11))
    assert "input memory-size" in step.summary


def test_wrong_inputs_of_the_action_itself_are_refused_all_at_once(runner: Runner, image: str) -> None:
    inputs = {"command": "depoly", "local": "yes", "functoin-name": "x"}
    step = runner.run(ROOT, image=image, inputs=inputs)
    assert step.exit_code == 2, step.log
    assert "Unexpected input(s) 'functoin-name'" in step.warnings[0]
    assert [annotation.message.partition(":")[0] for annotation in step.annotations] == ["input command", "input local"]
    assert "Traceback" not in step.log
    assert step.summary
