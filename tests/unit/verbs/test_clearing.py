"""Values that are taken away again through the command line: what is set, is kept while nothing is said, and goes when it is declared
empty; nothing is left to do after each, and the least policy suffices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.aws_iam import Guard

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead"
SIGNING = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdefg"
CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
"""
CASES = {
    "a queue": (f"dead-letter-config: {{target-arn: '{QUEUE}'}}", "dead-letter-config: {}"),
    "a network": ("vpc-config: {subnet-ids: [subnet-1], security-group-ids: [sg-1]}", "vpc-config: {}"),
    "tracing": ("tracing-config: {mode: Active}", "tracing-config: {}"),
    "snapshots": ("snap-start: {apply-on: PublishedVersions}", "snap-start: {}"),
    "logging": ("logging-config: {log-format: JSON, log-group: /shop, system-log-level: WARN}", "logging-config: {}"),
    "a description": ("description: takes orders", "description: ''"),
    "variables": ("environment: {KEY: value}", "environment-mode: replace, environment: {}"),
    "one variable": ("environment: {KEY: value}", "environment: {KEY: }"),
    "tags": ("tags: {team: a}", "tags-mode: replace, tags: {}"),
    "one tag": ("tags: {team: a}", "tags: {team: }"),
    "signatures": (f"code-signing-config-arn: '{SIGNING}'", "code-signing-config-arn: none"),
    "a rule for events": (f"async: {{on-failure: '{QUEUE}'}}", "async: {on-failure: none}"),
    "all rules for events": ("async: {maximum-retry-attempts: 0}", "async: none"),
    "a reservation": ("reserved-concurrency: 5", "reserved-concurrency: none"),
    "warm environments": ("provisioned-concurrency: 1", "provisioned-concurrency: none"),
    "a public URL": ("url: {auth-type: NONE}", "url: none"),
    "a URL for signed requests": ("url: {auth-type: AWS_IAM}", "url: none"),
    "retention": ("log-retention-in-days: 7", "log-retention-in-days: none"),
}


def written(cli: Cli, members: str) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("orders:\n", "orders:\n    <<: {" + members + "}\n"))


def allowed(cli: Cli, aws: AwsServer) -> None:
    """No more than what ``lambda-ci policy`` says of this configuration."""
    policy = json.loads(cli("policy", "--verb", "deploy", "--account", "123456789012").out)
    aws.guard = Guard(region=aws.region, policy=policy["Statement"])


def looks(aws: AwsServer) -> dict[str, Any]:
    function = aws.functions["orders"]
    told = {name: value for name, value in aws.lambda_.describe(function).items() if name != "RevisionId"}
    network = {name: ids for name, ids in told.pop("VpcConfig", {}).items() if ids}
    return {
        "config": {**told, **network},
        "tags": dict(function.tags),
        "beside": (
            function.code_signing,
            function.reserved,
            dict(function.events),
            dict(function.warm),
            dict(function.urls),
        ),
        "logs": {name: days for name, days in aws.logs.groups.items() if days},
    }


@pytest.mark.parametrize(("value", "nothing"), CASES.values(), ids=list(CASES))
def test_what_is_declared_empty_is_as_it_never_was(cli: Cli, aws: AwsServer, value: str, nothing: str) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    assert cli("deploy").code == 0
    never = looks(aws)
    for members, is_set in ((value, True), ("timeout: 3", True), (nothing, False)):
        written(cli, members)
        allowed(cli, aws)
        assert cli("deploy").code == 0
        assert (looks(aws) != never) is is_set
        assert cli("plan", "--json").document["changed"] is False


def test_tags_of_others_stay_unless_all_are_declared_and_those_of_aws_always(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    assert cli("deploy").code == 0
    orders = aws.functions["orders"]
    orders.tags |= {"theirs": "1", "aws:cloudformation:stack-name": "s", "lambda-ci:preview": "7"}
    written(cli, "tags: {ours: '2'}")
    assert cli("deploy").code == 0
    assert orders.tags["theirs"] == "1"
    written(cli, "tags-mode: replace, tags: {ours: '2'}")
    assert "tags.theirs: 1 → (removed)" in cli("plan").out
    assert cli("deploy").code == 0
    kept = {"aws:cloudformation:stack-name": "s", "lambda-ci:preview": "7", "lambda-ci:project": "shop"}
    assert orders.tags == {"ours": "2", **kept}


def test_a_part_of_a_structure_keeps_the_parts_inside_of_it(cli: Cli, aws: AwsServer) -> None:
    provider = "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:main"
    inside = "lambda-managed-instances-capacity-provider-config"
    written(cli, f"capacity-provider-config: {{{inside}: {{capacity-provider-arn: '{provider}', "
                 "per-execution-environment-max-concurrency: 8, execution-environment-memory-gib-per-vcpu: 2}}")  # fmt: skip
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    written(cli, f"capacity-provider-config: {{{inside}: {{capacity-provider-arn: '{provider}', "
                 "per-execution-environment-max-concurrency: 9}}")  # fmt: skip
    ran = cli("deploy")
    assert ran.code == 0, ran.err
    assert aws.functions["orders"].config["CapacityProviderConfig"] == {
        "LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": provider,
            "PerExecutionEnvironmentMaxConcurrency": 9,
            "ExecutionEnvironmentMemoryGiBPerVCpu": 2.0,
        }
    }


@pytest.mark.parametrize("arn", ["''", "all", "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:x"])
def test_what_is_no_code_signing_configuration_is_refused(cli: Cli, aws: AwsServer, arn: str) -> None:
    written(cli, f"code-signing-config-arn: {arn}")
    ran = cli("deploy")
    assert (ran.code, aws.requests) == (2, [])
    assert "must be the ARN of a code signing configuration, or none" in ran.err
