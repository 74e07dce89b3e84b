"""lambda-ci as a pipe of Bitbucket: started without arguments, with variables that have plain names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.inputs.pipe import variables
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STORAGE = "/opt/atlassian/pipelines/agent/build/.bitbucket/pipelines/generated/pipeline/pipes/team/lambda-ci"
FUNCTIONS = "version: 1\nfunctions:\n" + "".join(
    f"  {name}: {{source: src, handler: app.handler, runtime: python3.13}}\n" for name in ("cart", "orders", "stock")
)
BUILD = {"COMMAND": "build", "BUILD_IMPORT_CHECK": "never"}


def _pipe(folder: Path, **environ: str) -> Cli:
    pipeline = {"CI": "true", "BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_PIPE_STORAGE_DIR": STORAGE}
    cli = Cli(folder, {"HOME": str(folder), **pipeline, **environ})
    cli.write("src/app.py", "def handler(event, context): ...\n")
    cli.write("lambda-ci.yml", FUNCTIONS)
    return cli


def _array(name: str, *members: str) -> dict[str, str]:
    """As Bitbucket hands an array to a pipe."""
    return {f"{name}_COUNT": str(len(members))} | {f"{name}_{at}": one for at, one in enumerate(members)}


def _built(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "dist").glob("*.zip")}


@pytest.mark.parametrize("chosen", [{"FUNCTION": "cart, stock"}, {"FUNCTIONS": "cart\nstock"}])
def test_variables_are_the_inputs_in_upper_case(tmp_path: Path, chosen: dict[str, str]) -> None:
    ran = _pipe(tmp_path, **BUILD, **chosen)()
    assert ran.code == 0, ran.err
    assert _built(tmp_path) == {"cart", "stock"}
    assert "warning" not in ran.err


@pytest.mark.parametrize("name", ["FUNCTION", "FUNCTIONS"])
def test_an_array_is_a_list(tmp_path: Path, name: str) -> None:
    ran = _pipe(tmp_path, **BUILD, **_array(name, "orders", "cart"))()
    assert ran.code == 0, ran.err
    assert _built(tmp_path) == {"cart", "orders"}


def test_a_pipe_without_variables_deploys(tmp_path: Path) -> None:
    cli = _pipe(tmp_path, BUILD_IMPORT_CHECK="sometimes")
    ran = cli()
    assert ran.code == 2
    assert "deploy" in (tmp_path / "dist/lambda-ci.md").read_text("utf-8")
    assert "input build-import-check" in ran.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"COMMAND": "biuld"}, 'did you mean "build"?'),
        ({**BUILD, "MEMORY_SIZE": "much"}, "input memory-size: must be a whole number"),
        ({**BUILD, "LOCAL": "perhaps"}, "input local: must be true or false"),
    ],
)
def test_what_a_variable_may_not_be_is_an_error(tmp_path: Path, given: dict[str, str], told: str) -> None:
    ran = _pipe(tmp_path, **given)()
    assert ran.code == 2
    assert told in ran.err
    assert _built(tmp_path) == set()


@pytest.mark.parametrize(
    ("given", "meant"),
    [({"FUNCTON": "cart"}, "function"), (_array("FUNCTON", "cart"), "function"), ({"REGIONS": "eu-west-1"}, "region")],
)
def test_a_variable_with_a_slip_in_its_name_is_a_warning(tmp_path: Path, given: dict[str, str], meant: str) -> None:
    ran = _pipe(tmp_path, **BUILD, **given)()
    assert ran.code == 0, ran.err
    assert "there is no such input" in ran.err
    assert f'did you mean "{meant}"?' in ran.err


def test_variables_for_the_file_are_nothing_to_warn_about(tmp_path: Path) -> None:
    cli = _pipe(tmp_path, **BUILD, TABLE="orders", DEBUG="true", PATH="/usr/bin", HOSTNAME="1f2", DOCKER_HOST="tcp://x")
    cli.write("lambda-ci.yml", FUNCTIONS + "defaults: {environment: {TABLE: '${env:TABLE}'}}\n")
    ran = cli()
    assert ran.code == 0, ran.err
    assert "warning" not in ran.err


@pytest.mark.parametrize("argv", [("check",), ("check", "--json")])
def test_arguments_are_obeyed_as_they_are(tmp_path: Path, argv: tuple[str, ...]) -> None:
    """In somebody's own pipe, plain words may mean anything."""
    ran = _pipe(tmp_path, COMMAND="destroy", STAGE="moon", CONFIG="nowhere.yml")(*argv)
    assert ran.code == 0, ran.err


def test_the_container_of_a_step_is_no_pipe(tmp_path: Path) -> None:
    cli = _pipe(tmp_path, **BUILD)
    assert cli(environ={"BITBUCKET_PIPE_STORAGE_DIR": ""}).code == 0
    assert _built(tmp_path) == set()
    assert cli("check", environ={"BITBUCKET_PIPE_STORAGE_DIR": "", "STAGE": "moon"}).code == 0


@pytest.mark.parametrize(
    ("environ", "role"),
    [
        ({"AWS_OIDC_ROLE_ARN": "arn:one"}, "arn:one"),
        ({"AWS_OIDC_ROLE_ARN": "arn:one", "ROLE_TO_ASSUME": "arn:two"}, "arn:two"),
        ({"AWS_OIDC_ROLE_ARN": ""}, None),
    ],
)
def test_the_role_may_be_called_as_in_the_pipes_of_atlassian(environ: Mapping[str, str], role: str | None) -> None:
    assert variables(environ).get("role-to-assume") == role


def test_members_keep_their_commas_and_text_stays_text() -> None:
    assert variables(_array("EXCLUDE", "*.md", "a,b")) == {"exclude": '["*.md", "a,b"]'}
    assert variables(_array("ENVIRONMENT", "A=1", "B=x y")) == {"environment": "A=1\nB=x y"}
    assert variables(_array("SMOKE", '{"payload": {}}')) == {"smoke": '[{"payload": {}}]'}


@given(st.dictionaries(st.sampled_from(["FUNCTION", "FUNCTION_COUNT", "FUNCTION_0", "FUNCTION_1", "STAGE"]), st.text()))
def test_whatever_stands_there_is_read_without_a_failure(environ: dict[str, str]) -> None:
    assert variables(environ).keys() <= {"function", "stage"}


@given(st.lists(st.text(min_size=1), min_size=1, max_size=12))
def test_every_member_arrives(members: list[str]) -> None:
    assert json.loads(variables(_array("FUNCTION", *members))["function"]) == members


def test_later_steps_are_given_the_outputs(tmp_path: Path) -> None:
    """As far as they are plain words; the others are in the files."""
    shared = tmp_path / "shared/variables.env"
    shared.parent.mkdir()
    cli = _pipe(tmp_path, **BUILD, FUNCTION="cart", BITBUCKET_PIPELINES_VARIABLES_PATH=str(shared))
    shared.write_text("MINE=1\n")
    assert cli().code == 0
    lines = shared.read_text("utf-8").splitlines()
    assert lines[0] == "MINE=1"
    assert "LAMBDA_PACKAGE_PATH=dist/cart.zip" in lines
    assert not any("{" in line for line in lines)


@pytest.mark.parametrize(("path", "told"), [("nowhere/variables.env", False), (".", True)])
def test_a_file_that_cannot_be_written_fails_nothing(tmp_path: Path, path: str, told: bool) -> None:
    """A pipe without the folder is told nothing: whoever wrote the step could do nothing about it."""
    ran = _pipe(tmp_path, **BUILD, FUNCTION="cart", BITBUCKET_PIPELINES_VARIABLES_PATH=str(tmp_path / path))()
    assert ran.code == 0, ran.err
    assert ("later steps have no outputs" in ran.err) is told
