"""Event sources as people see them: in the plan, after a deploy, in status, in the summary, at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fakes.aws_server import Status
from tests.fakes.polled import QUEUE, STREAM

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

CONFIG = f"""\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    triggers:
      - event-source: {QUEUE}
      - event-source: {{source-arn: "{STREAM}", starting-position: LATEST, batch-size: 50, filters: [{{data: {{kind: [new]}}}}]}}
"""


def test_from_the_plan_to_the_end(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    ran = cli("plan")
    assert ran.code == 0, ran.err
    assert f"  + event-source {QUEUE}\n      target: the alias\n  + event-source {STREAM}\n" in ran.out
    assert (
        '      starting-position: LATEST\n      batch-size: 50\n      filters: {"data":{"kind":["new"]}}\n' in ran.out
    )
    summary = cli.folder / "summary.md"
    ran = cli("deploy", "--json", environ={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert ran.code == 0, ran.err
    told = [one for one in ran.function("orders")["changes"] if one["resource"] == "event-source"]
    assert [(one["action"], one["name"]) for one in told] == [("create", QUEUE), ("create", STREAM)]
    assert f"+ event-source {QUEUE}" in summary.read_text("utf-8")
    assert [one.described["State"] for one in aws.lambda_.sources.mappings.values()] == ["Enabled", "Enabled"]
    ran = cli("plan", "--json")
    assert (ran.function("orders")["changed"], ran.function("orders")["changes"]) == (False, [])
    ran = cli("destroy", "--yes", "--json")
    assert ran.function("orders")["removed"] == ["orders", QUEUE, STREAM]
    assert f"event sources {QUEUE}, {STREAM}" in ran.err
    left = [one.described["State"] for one in aws.lambda_.sources.mappings.values()]
    assert (aws.functions, set(left)) == ({}, {"Deleting"})


def test_status_tells_how_polling_goes(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    assert cli("deploy").code == 0
    queue, stream = aws.lambda_.sources.mappings.values()
    queue.described["State"] = "Disabled"
    stream.described["LastProcessingResult"] = "PROBLEM: Function call failed"
    ran = cli("status")
    assert (
        f"event sources\n  orders: {QUEUE}: Disabled\n  orders: {STREAM}: Enabled (PROBLEM: Function call failed)"
        in ran.out
    )
    del aws.lambda_.sources.mappings[queue.described["UUID"]]
    told = cli("status", "--json").function("orders")["event-sources"]
    assert told == [
        {
            "source": STREAM,
            "mapping": stream.described["UUID"],
            "state": "Enabled",
            "last-processing-result": "PROBLEM: Function call failed",
        },
        {"source": QUEUE, "mapping": None, "state": None, "last-processing-result": None},
    ]
    assert f"{QUEUE}: no mapping: deploy makes it" in cli("status").out


def test_status_does_without_what_it_may_not_ask(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    assert cli("deploy").code == 0
    aws.faults.add("ListEventSourceMappings", Status(403, "AccessDeniedException", "no"))
    ran = cli("status", "--json")
    assert (ran.code, "event-sources" in ran.function("orders")) == (0, False)
    assert "the event sources of orders are not known" in ran.err


def test_a_version_that_fails_its_test_is_given_no_messages(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("    triggers:", "    smoke: [{payload: {}}]\n    triggers:"))
    aws.lambda_.handlers["orders"] = lambda _event, _version: 1 / 0
    assert cli("deploy").code == 6
    assert aws.lambda_.sources.mappings == {}


def test_a_mapping_that_cannot_be_made_fails_the_deploy_and_leaves_the_release(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    aws.lambda_.sources.visibility[QUEUE] = 1
    ran = cli("deploy")
    assert ran.code == 5
    assert "Queue visibility timeout: 1 seconds is less than Function timeout: 3 seconds" in ran.err
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "1"
    aws.lambda_.sources.visibility[QUEUE] = 30
    assert cli("deploy").code == 0
    assert len(aws.lambda_.sources.mappings) == 2


def test_the_policy_reaches_only_mappings_of_the_function(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    ran = cli("policy", "--verb", "deploy", "--account", "123456789012")
    (making,) = (one for one in json.loads(ran.out)["Statement"] if "lambda:CreateEventSourceMapping" in one["Action"])
    assert making["Condition"]["ArnLike"]["lambda:FunctionArn"] == [
        "arn:aws:lambda:REGION:123456789012:function:orders",
        "arn:aws:lambda:REGION:123456789012:function:orders:*",
    ]
    cli.write("lambda-ci.yml", CONFIG.partition("    triggers")[0])
    assert "EventSourceMapping" not in cli("policy", "--verb", "deploy", "--account", "123456789012").out
