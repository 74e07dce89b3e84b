"""Schedules and permissions as people see them: in the plan, after a deploy, in the summary, at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
      - schedule: {expression: cron(0 2 1 1 ? 2199), name: late, input: {secret: do-not-tell}}
      - schedule: rate(1 hour)
      - permission: {principal: sns.amazonaws.com, source-arn: "arn:aws:sns:eu-west-1:123456789012:t"}
"""
LATE = "cron(0 2 1 1 ? 2199)"


def test_from_the_plan_to_the_end(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    ran = cli("plan")
    assert ran.code == 0, ran.err
    assert f"  + schedule shop-orders-live-late\n      expression: {LATE}\n" in ran.out
    assert "  + permission sns.amazonaws.com for arn:aws:sns:eu-west-1:123456789012:t\n" in ran.out
    assert (
        f"next scheduled runs (UTC)\n  orders: {LATE}: 2199-01-01 02:00\n  orders: rate(1 hour): every hour" in ran.out
    )
    summary = cli.folder / "summary.md"
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    ran = cli("deploy", environ=job)
    assert ran.code == 0, ran.err
    assert f"orders: {LATE}: 2199-01-01 02:00" in ran.out
    shown = summary.read_text("utf-8")
    assert "next runs (UTC)" in shown
    assert "2199-01-01 02:00" in shown
    assert "do-not-tell" not in ran.out + ran.err + shown
    assert set(aws.events.rules) >= {"shop-orders-live-late"}
    aws.requests.clear()
    document = cli("plan", "--json").function("orders")
    assert (document["changed"], document["changes"]) == (False, [])
    assert [one["next-runs"] for one in document["schedules"]] == [["2199-01-01 02:00"], []]
    assert [one["every"] for one in document["schedules"]] == [None, "every hour"]
    assert cli("status", "--json").function("orders")["schedules"] == document["schedules"]
    ran = cli("destroy", "--yes", "--json")
    assert set(ran.function("orders")["removed"]) == {"orders", "shop-orders-live-late", "shop-orders-live-67e12e86"}
    assert (aws.functions, aws.events.rules) == ({}, {})
    assert "schedules" not in cli("status", "--json").function("orders")


def test_a_version_that_fails_its_test_leaves_triggers_alone(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG.replace("    triggers:", "    smoke: [{payload: {}}]\n    triggers:"))
    aws.lambda_.handlers["orders"] = lambda _event, _version: 1 / 0
    assert cli("deploy").code == 6
    assert (aws.events.rules, aws.functions["orders"].statements) == ({}, {})
