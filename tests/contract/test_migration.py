"""Changing ``uses:`` from aws-actions/aws-lambda-deploy to this action is the whole migration: its inputs, its outputs, its examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from lambda_ci.inputs.aliases import ALIASES
from lambda_ci.inputs.options import options
from tests.fakes.action_step import declared, variables
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli
from tests.fakes.deployment import ROLE, zipped
from tests.fakes.runner import assignments

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
THEIRS: dict[str, Any] = yaml.safe_load((ROOT / "tests/contract/lambda-deploy.yml").read_text("utf-8"))
EXAMPLES: dict[str, dict[str, Any]] = THEIRS["examples"]
each_example = pytest.mark.parametrize("name", EXAMPLES)


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.ecr.put("my-lambda-repo", "0123abc")
        yield server


@pytest.fixture
def step(tmp_path: Path, aws: AwsServer) -> Cli:
    """A workspace with the artifacts of an earlier step, and the environment that the runner gives to an action."""
    places = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    for place in places.values():
        place.touch()
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    environ |= {"LAMBDA_CI_PACKAGE_BYTECODE": "never", "LAMBDA_CI_BUILD_IMPORT_CHECK": "never"}
    environ |= {"GITHUB_ACTIONS": "true", **{name: str(place) for name, place in places.items()}}
    environ |= {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region}
    cli = Cli(tmp_path / "workspace", environ)
    cli.write("my-code-artifacts-dir/index.py", "def handler(event, context):\n    return event\n")
    cli.write("my-code-artifacts-dir/requirements.txt", "is-in-the-folder-already==1.0\n")
    return cli


def deployed_before(aws: AwsServer, name: str, settings: dict[str, Any]) -> None:
    client = boto3.client(
        "lambda", endpoint_url=aws.url, region_name=aws.region, aws_access_key_id="AKIA", aws_secret_access_key="x"
    )
    described = {"Runtime": "python3.12", "Handler": "index.handler", "Role": ROLE, **settings}
    client.create_function(FunctionName=name, Code={"ZipFile": zipped("old")}, **described)
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0})
    aws.requests.clear()


def outputs(step: Cli) -> dict[str, str]:
    return assignments(Path(step.environ["GITHUB_OUTPUT"]).read_text("utf-8"))


@each_example
def test_every_example_of_its_readme_does_the_same_here(name: str, step: Cli, aws: AwsServer) -> None:
    example = EXAMPLES[name]
    function = example["with"]["function-name"]
    if "before" in example:
        deployed_before(aws, function, example["before"])
    ran = step(environ=variables(example["with"]))
    if "refused" in example:
        assert (ran.code, aws.writes) == (2, [])
        assert example["refused"] in ran.err
        return
    assert ran.code == 0, ran.err
    if example.get("writes-nothing"):
        assert aws.writes == []
        assert outputs(step)["changed"] == "true"
        return
    config = aws.functions[function].config
    wanted = example.get("becomes") or example["created"]
    assert {key: config.get(key) for key in wanted} == wanted
    assert outputs(step)["function-arn"].endswith(f":function:{function}")
    assert outputs(step)["version"] == "1"


def test_what_is_absent_is_left_as_it_is(step: Cli, aws: AwsServer) -> None:
    """Theirs sends nodejs20.x and index.handler on every update of somebody who leaves them out."""
    before = {"Runtime": "python3.13", "Handler": "index.handler", "Architectures": ["arm64"], "Timeout": 17}
    deployed_before(aws, "orders", before)
    ran = step(environ=variables({"function-name": "orders", "code-artifacts-dir": "my-code-artifacts-dir"}))
    assert ran.code == 0, ran.err
    assert "left as it is on AWS: runtime python3.13, handler index.handler, architecture arm64" in ran.err
    assert {key: aws.functions["orders"].config.get(key) for key in before} == before


def test_a_function_that_is_not_there_needs_a_runtime_and_a_handler(step: Cli, aws: AwsServer) -> None:
    ran = step(environ=variables({"function-name": "orders", "code-artifacts-dir": "my-code-artifacts-dir"}))
    assert (ran.code, aws.operations) == (2, ["GetFunction"])
    assert "the input runtime" in ran.err
    assert "the input handler" in ran.err


def test_a_function_for_another_language_is_left_alone(step: Cli, aws: AwsServer) -> None:
    deployed_before(aws, "orders", {"Runtime": "nodejs22.x"})
    ran = step(environ=variables({"function-name": "orders", "code-artifacts-dir": "my-code-artifacts-dir"}))
    assert (ran.code, aws.writes) == (2, [])
    assert 'the function on AWS: must be a Python runtime of Lambda, such as python3.13, not "nodejs22.x"' in ran.err


def test_only_the_revision_that_is_named_is_changed(step: Cli, aws: AwsServer) -> None:
    deployed_before(aws, "orders", {})
    given = {"function-name": "orders", "code-artifacts-dir": "my-code-artifacts-dir", "revision-id": "another"}
    for command in ("deploy", "plan"):
        ran = step(environ=variables({**given, "command": command}))
        assert (ran.code, aws.writes) == (5, [])
        assert "not another" in ran.err
    revision = aws.functions["orders"].revision
    ran = step(environ=variables({**given, "revision-id": revision}))
    assert ran.code == 0, ran.err


def test_a_revision_of_a_function_that_is_not_there_is_refused(step: Cli, aws: AwsServer) -> None:
    given = {"function-name": "orders", "source": "my-code-artifacts-dir", "requirements": "false", "role": ROLE}
    given |= {"runtime": "python3.12", "handler": "index.handler", "revision-id": "r1"}
    ran = step(environ=variables(given))
    assert (ran.code, aws.writes) == (5, [])
    assert "does not exist, not r1" in ran.err


def test_every_input_of_theirs_is_an_input_here() -> None:
    assert set(THEIRS["inputs"]) <= set(declared())


def test_every_output_of_theirs_is_an_output_here() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert set(THEIRS["outputs"]) <= set(action["outputs"])


def test_every_setting_and_every_other_name_of_one_is_an_input() -> None:
    assert {*ALIASES, *(option.name for option in options())} <= set(declared())


def test_no_setting_has_a_default_that_would_change_a_function() -> None:
    names = {*ALIASES, *(option.name for option in options())}
    assert {name for name in names if declared()[name].get("default")} == set()


def test_the_table_for_those_who_change_over_names_every_input_of_theirs() -> None:
    page = (ROOT / "docs/action.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", page.partition("## Coming from")[2], flags=re.MULTILINE)
    assert sorted(set(rows) & set(THEIRS["inputs"])) == sorted(THEIRS["inputs"])
