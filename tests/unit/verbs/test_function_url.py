"""The function URL, from the configuration to what a job can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.result import FunctionResult, RunResult
from lambda_ci.report.outputs import outputs

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


@pytest.fixture(autouse=True)
def public(cli: Cli) -> None:
    cli.write(
        "lambda-ci.yml",
        (cli.folder / "lambda-ci.yml").read_text("utf-8") + "    url: {auth-type: NONE}\n    reserved-concurrency: 5\n",
    )


def test_a_deploy_tells_the_url_that_it_made_after_the_smoke_test(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    ran = cli("deploy", "--json")
    assert ran.code == 0, ran.err
    address = aws.functions["orders"].urls["live"]["FunctionUrl"]
    assert ran.function("orders")["function-url"] == address
    assert f"function URL: {address}" in ran.err
    assert aws.writes == [
        "CreateFunction", "PutFunctionConcurrency", "PublishVersion", "CreateAlias", "AddPermission", "AddPermission",
        "CreateFunctionUrlConfig",
    ]  # fmt: skip
    assert aws.operations.index("Invoke") < aws.operations.index("AddPermission")
    again = cli("deploy", "--json")
    assert (again.document["changed"], again.function("orders")["function-url"]) == (False, address)


def test_a_failed_smoke_test_makes_no_url(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 500}
    ran = cli("deploy", "--json")
    assert (ran.code, "function-url" in ran.function("orders")) == (6, False)
    assert not aws.functions["orders"].urls
    assert not aws.functions["orders"].statements


def test_a_plan_shows_it_and_a_flag_removes_it(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    planned = cli("plan")
    assert "+ url-permissions\n      permission.lambda-ci-url: lambda:InvokeFunctionUrl for everybody" in planned.out
    assert "lambda:InvokeFunction for everybody through the URL\n" in planned.out
    assert "+ url\n      auth-type: NONE" in planned.out
    cli("deploy")
    assert "- url\n" in cli("plan", "--url", "none").out
    assert cli("deploy", "--url", "none").code == 0
    assert not aws.functions["orders"].urls


def test_the_output_names_it() -> None:
    one = FunctionResult(name="orders", function_name="orders", url="https://x.example/")
    assert outputs(RunResult(verb="deploy", functions=(one,), seconds=1))["function-url"] == "https://x.example/"
