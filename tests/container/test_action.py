"""The image as a GitHub Action: what GitHub's runner hands it, and what it reads back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.runner import Runner

ROOT = Path(__file__).parents[2]


@pytest.mark.network
def test_build_as_an_action_writes_the_package_the_outputs_and_the_summary(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "build"})
    assert step.exit_code == 0, step.log
    assert step.warnings == ()
    assert step.outputs["package-path"] == "dist/hello.zip"
    assert step.outputs["package-size"] == str((runner.workspace / "dist/hello.zip").stat().st_size)
    assert "hello" in step.summary


@pytest.mark.network
def test_the_paths_in_the_outputs_are_good_for_the_steps_that_follow(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "build"})
    document = json.loads(step.outputs["result"])
    path = Path(document["functions"]["hello"]["path"])
    assert not path.is_absolute() or path.is_relative_to("/github/workspace")


@pytest.mark.network
def test_what_the_action_writes_belongs_to_the_runners_user(runner: Runner, image: str) -> None:
    runner.run(ROOT, image=image, inputs={"command": "build"})
    owner = runner.workspace.stat()
    for path in (runner.workspace / "dist", runner.workspace / "dist/hello.zip"):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid)


@pytest.mark.network
@pytest.mark.local_aws
def test_the_main_job_works_in_one_step_without_an_account(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "deploy", "local": "true"})
    assert step.exit_code == 0, step.log
    assert (step.outputs["version"], step.outputs["alias"], step.outputs["changed"]) == ("1", "live", "true")
    assert step.outputs["function-arn"].endswith(":function:hello")


@pytest.mark.network
@pytest.mark.local_aws
def test_a_version_that_fails_its_smoke_test_fails_the_step(runner: Runner, image: str) -> None:
    handler = runner.workspace / "src/app.py"
    handler.write_text("def handler(event, context):\n    raise RuntimeError('broken')\n", encoding="utf-8")
    step = runner.run(ROOT, image=image, inputs={"command": "deploy", "local": "true"})
    assert step.exit_code == 6, step.log
    assert "broken" in step.log
    assert [annotation.level for annotation in step.annotations] == ["error"]


def test_inputs_with_dashes_arrive(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "check", "memory-size": "lots"})
    assert step.exit_code == 2, step.log
    assert [annotation.level for annotation in step.annotations] == ["error"]
    assert "memory-size" in step.annotations[0].message + json.dumps(dict(step.annotations[0].properties))


def test_a_wrong_file_is_annotated_where_it_is_wrong(runner: Runner, image: str) -> None:
    config = runner.workspace / "lambda-ci.yml"
    good = config.read_text(encoding="utf-8")
    config.write_text(f"{good}    memory: 512\n", encoding="utf-8")
    step = runner.run(ROOT, image=image, inputs={"command": "check"})
    assert step.exit_code == 2, step.log
    annotation = step.annotations[0]
    assert (annotation.properties["file"], annotation.properties["line"]) == (
        "lambda-ci.yml",
        str(good.count("\n") + 1),
    )
    assert "memory-size" in annotation.message


def test_failing_steps_leave_a_summary_too(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "build", "function-name": "bad name!"})
    assert step.exit_code == 2, step.log
    assert step.summary


def test_an_unknown_command_is_an_error_of_the_input(runner: Runner, image: str) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "depoly"})
    assert step.exit_code == 2, step.log
    assert "depoly" in step.log
    assert "Traceback" not in step.log


def test_an_input_the_action_does_not_have_is_warned_of_by_the_runner_and_does_no_harm(
    runner: Runner, image: str
) -> None:
    step = runner.run(ROOT, image=image, inputs={"command": "check", "functoin-name": "x"})
    assert "Unexpected input(s) 'functoin-name'" in step.warnings[0]
    assert "Traceback" not in step.log
