"""Rollouts by AWS CodeDeploy through the command line: planned, made, given up, interrupted, rolled back."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_codedeploy import Failure
from tests.fakes.aws_iam import Guard
from tests.fakes.aws_lambda import ACCOUNT
from tests.fakes.aws_server import After

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

CODEDEPLOY = "    rollout: {codedeploy: {application: shop, group: orders}}\n"
TAG = "lambda-ci:rollout"


@pytest.fixture(autouse=True)
def second(cli: Cli, aws: AwsServer) -> None:
    """Version 1 runs, and other code is to be deployed by CodeDeploy."""
    cli.pace = 1000
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    aws.codedeploy.groups["shop/orders"] = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + CODEDEPLOY)
    first = cli("deploy")
    assert "the alias live ran no other version: all calls move at once" in first.err
    release(cli, 2)
    aws.requests.clear()


def release(cli: Cli, number: int) -> None:
    cli.write("src/app.py", f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {number}}}\n")


def alias(aws: AwsServer) -> tuple[str, object, str]:
    found = aws.functions["orders"].aliases["live"]
    return found["FunctionVersion"], found.get("RoutingConfig"), found["Description"]


def killed(cli: Cli, aws: AwsServer) -> str:
    """A run that was killed while CodeDeploy had given version 2 a part of the calls. The deployment."""
    assert cli("deploy").code == 0
    orders, [(identity, deployment)] = aws.functions["orders"], aws.codedeploy.deployments.items()
    orders.aliases["live"] |= {
        "FunctionVersion": "1",
        "Description": "[lambda-ci: 1]",
        "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}},
    }
    orders.tags[TAG] = f"live/1/2/20261121T080000Z/{identity}"
    deployment.status, deployment.event, deployment.weight = "InProgress", "AllowTraffic", 0.1
    deployment.left = [("AfterAllowTraffic", 1.0)]
    aws.requests.clear()
    return identity


def test_the_plan_says_that_codedeploy_moves_the_calls(cli: Cli, aws: AwsServer) -> None:
    text = cli("plan").out
    assert "alias.live: 1 → (new version)\n      traffic: CodeDeploy shop/orders\n" in text
    [change] = [one for one in cli("plan", "--json").function("orders")["changes"] if one["resource"] == "alias"]
    assert (change["fields"][1]["field"], change["fields"][1]["after"]) == ("traffic", "CodeDeploy shop/orders")
    assert "CreateDeployment" not in aws.operations


def test_a_deployment_tests_hands_over_and_records(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert alias(aws) == ("2", None, "[lambda-ci: 2 < 1]")
    order = [one for one in aws.operations if one in {"PublishVersion", "Invoke", "CreateDeployment", "UpdateAlias"}]
    assert order == ["PublishVersion", "Invoke", "CreateDeployment", "UpdateAlias"]
    assert cli("plan", "--json").document["changed"] is False
    assert cli("rollback").code == 0
    assert alias(aws) == ("1", None, "[lambda-ci: 1; not 2]")


def test_a_version_that_fails_its_test_is_not_handed_over(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 500}
    assert cli("deploy").code == 6
    assert "CreateDeployment" not in aws.operations


def test_what_codedeploy_gives_up_ends_with_6_and_says_why(cli: Cli, aws: AwsServer) -> None:
    aws.codedeploy.failing = Failure("AllowTraffic", "ALARM_ACTIVE", "One or more alarms have been activated: late")
    ran = cli("deploy", "--json")
    assert (ran.code, alias(aws)[:2]) == (6, ("1", None))
    assert "ALARM_ACTIVE: One or more alarms have been activated: late" in ran.function("orders")["failure"]["why"]
    assert cli("deploy").code == 0
    assert alias(aws)[0] == "2"


@pytest.mark.parametrize("number", [signal.SIGINT])
def test_a_cancelled_job_stops_codedeploy(cli: Cli, aws: AwsServer, number: int) -> None:
    aws.faults.add("GetDeployment", After(lambda: signal.raise_signal(number)), after=2)
    ran = cli("deploy", "--json")
    assert (ran.code, alias(aws)[:2]) == (130, ("1", None))
    assert aws.codedeploy.deployments["d-000000001"].status == "Stopped"
    assert TAG not in aws.functions["orders"].tags


def test_the_deployment_of_a_killed_run_is_waited_for(cli: Cli, aws: AwsServer) -> None:
    killed(cli, aws)
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert "brings version 2 to live: waiting for its end" in ran.err
    assert "orders: unchanged" in ran.err
    assert (alias(aws), list(aws.codedeploy.deployments)) == (("2", None, "[lambda-ci: 2 < 1]"), ["d-000000001"])
    assert TAG not in aws.functions["orders"].tags


def test_other_code_is_deployed_once_that_of_the_killed_run_is_there(cli: Cli, aws: AwsServer) -> None:
    killed(cli, aws)
    release(cli, 3)
    assert cli("deploy").code == 0
    assert alias(aws) == ("3", None, "[lambda-ci: 3 < 2 < 1]")


def test_a_rollback_stops_codedeploy_first(cli: Cli, aws: AwsServer) -> None:
    identity = killed(cli, aws)
    ran = cli("rollback", "--json")
    assert ran.code == 0, ran.err
    assert alias(aws) == ("1", None, "[lambda-ci: 1; not 2]")
    assert aws.codedeploy.deployments[identity].status == "Stopped"
    assert (ran.function("orders")["version"], ran.function("orders")["changed"]) == ("1", True)
    assert TAG not in aws.functions["orders"].tags


def test_a_rollback_gives_the_calls_back_where_codedeploy_does_not(cli: Cli, aws: AwsServer) -> None:
    killed(cli, aws)
    aws.codedeploy.going_back = 0
    assert cli("rollback").code == 0
    assert alias(aws) == ("1", None, "[lambda-ci: 1; not 2]")


def test_a_deployment_that_nobody_knows_any_more_is_no_hindrance(cli: Cli, aws: AwsServer) -> None:
    killed(cli, aws)
    aws.codedeploy.deployments.clear()
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert alias(aws) == ("2", None, "[lambda-ci: 2 < 1]")


def test_the_policy_of_the_configuration_suffices(cli: Cli, aws: AwsServer) -> None:
    """Which group a deployment is of AWS knows from its id, and the fake does not."""
    policies = [json.loads(cli("policy", "--verb", verb, "--account", ACCOUNT).out) for verb in ("deploy", "rollback")]
    statements = [one for policy in policies for one in policy["Statement"]]
    known = {"Effect": "Allow", "Action": "codedeploy:GetDeployment", "Resource": "*"}
    assert any("codedeploy:GetDeployment" in one["Action"] for one in statements)
    aws.guard = Guard(region=aws.region, policy=[*statements, known])
    identity = killed(cli, aws)
    ran = cli("rollback")
    assert (ran.code, aws.codedeploy.deployments[identity].status) == (0, "Stopped"), ran.err
    assert {one.partition(":")[2] for one in aws.guard.demanded if one.startswith("codedeploy:")} == {
        "CreateDeployment", "GetDeployment", "ListDeploymentTargets", "GetDeploymentTarget", "StopDeployment",
    }  # fmt: skip


def test_a_missing_right_is_named_with_its_statement(cli: Cli, aws: AwsServer) -> None:
    policy = json.loads(cli("policy", "--verb", "deploy", "--account", ACCOUNT).out)["Statement"]
    without = [one for one in policy if "codedeploy:CreateDeployment" not in one["Action"]]
    aws.guard = Guard(region=aws.region, policy=without)
    ran = cli("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert (ran.code, alias(aws)[:2]) == (5, ("1", None))
    assert '"Action": "codedeploy:CreateDeployment"' in failure["fix"]
    assert "deploymentgroup:shop/orders" in failure["fix"]
    assert TAG not in aws.functions["orders"].tags
