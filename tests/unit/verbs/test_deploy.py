"""From source to moved alias, with real boto3 against the strict emulated AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


@pytest.fixture(autouse=True)
def answering(aws: AwsServer) -> None:
    """Versions of the function answer as its code does."""
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}


def test_the_first_deploy_makes_the_function_its_version_and_its_alias(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy", "--json")
    assert ran.code == 0, ran.err
    orders = ran.function("orders")
    assert orders["function-arn"].endswith(":function:orders")
    assert (orders["version"], orders["previous-version"], orders["alias"], orders["changed"]) == (
        "1",
        None,
        "live",
        True,
    )
    assert [case["passed"] for case in orders["smoke"]] == [True]
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "1"


def test_the_smoke_test_runs_after_the_version_and_before_the_alias(cli: Cli, aws: AwsServer) -> None:
    cli("deploy")
    order = [name for name in aws.operations if name in {"PublishVersion", "Invoke", "CreateAlias"}]
    assert order == ["PublishVersion", "Invoke", "CreateAlias"]


def test_an_unchanged_deploy_asks_twice_and_writes_nothing(cli: Cli, aws: AwsServer) -> None:
    cli("deploy")
    aws.requests.clear()
    ran = cli("deploy", "--json")
    assert (ran.code, ran.document["changed"], ran.function("orders")["version"]) == (0, False, "1")
    assert aws.operations == ["GetFunction", "GetFunction"]


def test_a_failed_smoke_test_keeps_the_alias_and_ends_with_6(cli: Cli, aws: AwsServer) -> None:
    cli("deploy")
    aws.lambda_.handlers["orders"] = lambda _event, version: {"statusCode": 200 if version == "1" else 500}
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 500}\n")
    ran = cli("deploy", "--json")
    assert ran.code == 6
    assert ran.function("orders")["failure"]["fix"].startswith("the alias live still runs version 1")
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "1"
    again = cli("deploy")
    assert again.code == 6, "a version that failed is not taken for deployed by the next run"


def test_plan_shows_what_deploy_does_and_writes_nothing(cli: Cli, aws: AwsServer) -> None:
    planned = cli("plan", "--json")
    assert (planned.code, aws.writes) == (0, [])
    deployed = cli("deploy", "--json")
    assert planned.function("orders")["changes"] == deployed.function("orders")["changes"]
    assert cli("plan", "--json").document["changed"] is False


def test_one_function_that_aws_refuses_does_not_hide_the_others(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    more = (
        "  second: {source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}\n"
    )
    cli.write("lambda-ci.yml", config + more)
    denied = "User: arn:aws:iam::1:user/ci is not authorized to perform: lambda:CreateFunction on resource: x"
    aws.faults.add("CreateFunction", Status(403, "AccessDeniedException", denied))
    ran = cli("deploy", "--json")
    assert ran.code == 5
    refused, served = sorted(ran.document["functions"].values(), key=lambda one: "failure" not in one)
    assert "lambda:CreateFunction" in refused["failure"]["why"] + refused["failure"]["fix"]
    assert (served["version"], "failure" in served) == ("1", False)


def test_values_of_the_environment_appear_nowhere(cli: Cli) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + "    environment: {KEY: '${env:KEY}'}\n")
    summary = cli.write("summary", "")
    ran = cli(
        "deploy",
        "--json",
        environ={"KEY": "hunter2-hunter2", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)},
    )
    assert ran.code == 0
    assert "::add-mask::hunter2-hunter2\n" in ran.err, "what others print of it is hidden by the runner"
    log = [line for line in ran.err.splitlines() if not line.startswith("::add-mask::")]
    assert "hunter2" not in "\n".join([*log, ran.out, summary.read_text(encoding="utf-8")])


def test_status_says_what_runs_and_whether_something_waits(cli: Cli) -> None:
    before = cli("status", "--json").function("orders")
    cli("deploy")
    after = cli("status", "--json").function("orders")
    assert (before["version"], after["version"], after["alias"]) == (None, "1", "live")


def test_invoke_prints_the_answer_of_the_alias(cli: Cli) -> None:
    cli("deploy")
    ran = cli("invoke", "--payload", '{"ping": true}')
    assert (ran.code, ran.out) == (0, '{"statusCode": 200}\n')


@pytest.mark.parametrize("payload", ["{", "@nothing.json"])
def test_invoke_refuses_a_payload_that_is_no_json(cli: Cli, payload: str) -> None:
    assert cli("invoke", "--payload", payload).code == 2


def test_invoke_of_a_function_that_fails_ends_with_6(cli: Cli, aws: AwsServer) -> None:
    cli("deploy")

    def broken(_event: object, _version: str) -> object:
        raise ValueError("no stock")

    aws.lambda_.handlers["orders"] = broken
    ran = cli("invoke", "--json")
    assert (ran.code, ran.document["payload"]["errorMessage"]) == (6, "no stock")


def test_no_credentials_is_explained(cli: Cli) -> None:
    del cli.environ["AWS_ACCESS_KEY_ID"]
    ran = cli("plan")
    assert ran.code == 5
    assert "credentials" in ran.err
    assert "Traceback" not in ran.err
