"""Schedules of EventBridge Scheduler as people see them: checked, planned, deployed, in the summary, and at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fakes.aws_iam import Guard
from tests.fakes.aws_server import Lost

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    triggers:
      - schedule:
          expression: cron(0 2 1 7 ? 2199)
          name: summer
          timezone: Europe/Berlin
          role: arn:aws:iam::123456789012:role/scheduler
          input: {secret: do-not-tell}
      - schedule:
          expression: at(2198-12-31T23:30:00)
          timezone: America/New_York
          role: arn:aws:iam::123456789012:role/scheduler
      - schedule:
          expression: at(2020-01-01T00:00:00)
          role: arn:aws:iam::123456789012:role/scheduler
"""
SUMMER = "cron(0 2 1 7 ? 2199) Europe/Berlin: 2199-07-01 00:00 (02:00)"
ONCE = "at(2198-12-31T23:30:00) America/New_York: 2199-01-01 04:30 (2198-12-31 23:30)"


def test_from_the_plan_to_the_end(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    ran = cli("plan")
    assert ran.code == 0, ran.err
    assert '"at(2020-01-01T00:00:00)" is in the past: it is not made, and calls nobody' in ran.err
    assert "  + scheduler shop-orders-live-summer\n      expression: cron(0 2 1 7 ? 2199)\n" in ran.out
    assert f"next scheduled runs (UTC)\n  orders: {SUMMER}\n  orders: {ONCE}\n  orders: at(2020" in ran.out
    assert "at(2020-01-01T00:00:00): none any more" in ran.out
    summary = cli.folder / "summary.md"
    ran = cli("deploy", environ={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
    assert ran.code == 0, ran.err
    assert f"orders: {SUMMER}" in ran.out
    shown = summary.read_text("utf-8")
    assert "2199-07-01 00:00 (02:00)" in shown
    assert "do-not-tell" not in ran.out + ran.err + shown
    assert len(aws.scheduler.schedules) == 2
    aws.requests.clear()
    document = cli("plan", "--json").function("orders")
    assert (document["changed"], document["changes"]) == (False, [])
    assert [one["timezone"] for one in document["schedules"]] == ["Europe/Berlin", "America/New_York", "UTC"]
    assert [one["next-runs-local"] for one in document["schedules"]] == [["2199-07-01 02:00"], ["2198-12-31 23:30"], []]
    assert cli("status", "--json").function("orders")["schedules"] == document["schedules"]
    assert "CreateSchedule" not in aws.writes
    ran = cli("destroy", "--yes", "--json")
    assert set(ran.function("orders")["removed"]) > {"orders", "shop-orders-live-summer"}
    assert (aws.functions, aws.scheduler.schedules) == ({}, {})


def test_a_version_that_fails_its_test_leaves_them_alone(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("    triggers:", "    smoke: [{payload: {}}]\n    triggers:"))
    aws.lambda_.handlers["orders"] = lambda _event, _version: 1 / 0
    assert cli("deploy").code == 6
    assert aws.scheduler.schedules == {}


def test_drift_is_shown_and_a_lost_answer_is_no_error(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    aws.faults.add("CreateSchedule", Lost())
    assert cli("deploy").code == 0
    aws.scheduler.schedules["shop-orders-live-summer"]["State"] = "DISABLED"
    ran = cli("plan")
    assert "  ~ scheduler shop-orders-live-summer\n      enabled: false → true\n" in ran.out
    assert cli("deploy").code == 0
    assert aws.scheduler.schedules["shop-orders-live-summer"]["State"] == "ENABLED"


def test_check_says_what_the_role_needs(cli: Cli) -> None:
    text = CONFIG.replace("          role: arn:aws:iam::123456789012:role/scheduler\n", "", 1)
    cli.write("lambda-ci.yml", text)
    ran = cli("check")
    assert ran.code == 2
    assert "schedule.role: is required with timezone" in ran.err
    assert "function:orders:live" in ran.err


def test_the_policy_has_its_rights_and_says_what_the_role_needs(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    ran = cli("policy", "--verb", "deploy", "--account", "123456789012", environ={"AWS_REGION": "eu-west-1"})
    assert ran.code == 0, ran.err
    statements = {action: one for one in ran.document["Statement"] for action in one["Action"]}
    name = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/shop-orders-live-*"
    assert statements["scheduler:CreateSchedule"]["Resource"] == [name]
    passed = [one for one in ran.document["Statement"] if "arn:aws:iam::123456789012:role/scheduler" in one["Resource"]]
    assert [(one["Action"], one["Condition"]) for one in passed] == [
        (["iam:PassRole"], {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}})
    ]
    assert not [action for action in statements if action.startswith("events:")]
    assert '"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}' in ran.err
    assert "EventBridge Scheduler takes arn:aws:iam::123456789012:role/scheduler" in ran.err
    assert '"Resource": ["arn:aws:lambda:eu-west-1:123456789012:function:orders:live"]' in ran.err


def test_its_own_policy_is_enough(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    for verb in ("deploy", "plan", "destroy"):
        told = cli("policy", "--verb", verb, "--account", "123456789012")
        aws.guard = Guard(region=aws.region, policy=json.loads(told.out)["Statement"])
        ran = cli(verb, *(["--yes"] if verb == "destroy" else []))
        assert ran.code == 0, ran.err
    assert aws.scheduler.schedules == {}
