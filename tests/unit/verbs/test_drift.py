"""What others did on AWS, in the plan's text and document, and in the log of the deploy that releases it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


def test_a_plan_and_a_deploy_say_what_goes_live_without_being_declared(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    assert cli("deploy").code == 0
    orders = aws.functions["orders"]
    orders.config["Timeout"] = 60
    orders.aliases["live"]["Description"] = "[lambda-ci: 7 < 1]"
    ran = cli("plan")
    assert "orders: unchanged\n  ! timeout: 3 → 60 (changed on $LATEST, not declared; in no version" in ran.out
    assert cli("plan", "--json").function("orders")["drift"] == [
        {"where": "$LATEST", "field": "timeout", "before": "3", "found": "60", "fate": "waits"},
        {"where": "alias", "field": "alias.live", "before": "7", "found": "1", "fate": "left-alone"},
    ]
    aws.requests.clear()
    ran = cli("deploy", "--memory-size", "256")
    assert "! timeout: 3 → 60 (changed on $LATEST, not declared; goes live with this deploy)" in ran.err
    assert orders.versions["2"]["Timeout"] == 60
    assert not cli("plan", "--memory-size", "256", "--json").function("orders")["drift"]
