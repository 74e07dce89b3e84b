"""Schedules and permissions on LocalStack's EventBridge and Lambda."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambda_ci.model.schedule import Unschedulable, parse
from tests.fakes.aws_faults import Lost
from tests.localstack.account import NAME, REGION

if TYPE_CHECKING:
    from tests.localstack.account import Account

RULE = "shop-orders-live-nightly"
SCHEDULE = {"expression": "cron(0 2 ? * MON-FRI *)", "name": "nightly", "input": {"full": True}}
NIGHTLY = {"schedule": SCHEDULE}
BUCKET = {
    "permission": {
        "principal": "s3.amazonaws.com",
        "source-arn": "arn:aws:s3:::uploads",
        "source-account": "123456789012",
    }
}


def events(account: Account) -> Any:  # noqa: ANN401 - boto3's client
    return boto3.client(
        "events",
        endpoint_url=account.stack.url,
        region_name=REGION,
        aws_access_key_id=account.number,
        aws_secret_access_key="not-a-secret",
    )


def statements(account: Account) -> list[Any]:
    answer = account.client.get_policy(FunctionName=NAME, Qualifier="live")
    return list(json.loads(answer["Policy"])["Statement"])


def test_a_schedule_is_made_changed_and_removed(account: Account) -> None:
    ran = account.deploy("first", triggers=[NIGHTLY, BUCKET])
    assert ran.code == 0, ran.err
    client = events(account)
    assert client.describe_rule(Name=RULE)["ScheduleExpression"] == "cron(0 2 ? * MON-FRI *)"
    target = client.list_targets_by_rule(Rule=RULE)["Targets"][0]
    assert target["Arn"] == f"arn:aws:lambda:{REGION}:{account.number}:function:{NAME}:live"
    assert json.loads(target["Input"]) == {"full": True}
    assert {one["Principal"]["Service"] for one in statements(account)} == {"events.amazonaws.com", "s3.amazonaws.com"}
    ran = account.deploy()
    assert (ran.document["changed"], account.proxy.writes) == (False, [])
    assert account.proxy.operations == ["GetFunction", "GetFunction", "GetPolicy", "DescribeRule", "ListTargetsByRule"]
    account.proxy.faults.add("PutRule", Lost())
    changed = {"schedule": {**SCHEDULE, "enabled": False}}
    assert account.deploy("first", triggers=[changed, BUCKET]).code == 0
    assert client.describe_rule(Name=RULE)["State"] == "DISABLED"
    assert not account.deploy().document["changed"]
    ran = account.deploy("first", triggers=[BUCKET])
    assert account.proxy.writes == ["RemoveTargets", "DeleteRule", "RemovePermission"]
    assert (client.list_rules()["Rules"], len(statements(account))) == ([], 1)
    assert not account.deploy().document["changed"]


def test_destroy_leaves_no_rule(account: Account) -> None:
    assert account.deploy("first", triggers=[NIGHTLY]).code == 0
    ran = account.cli("destroy", "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.function(NAME)["removed"] == [NAME, RULE]
    assert events(account).list_rules()["Rules"] == []


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(10 seconds)",
        "cron(0 1 * * * *)",
        "cron(71 8 1 * ? *)",
        "rate(0 minutes)",
    ],
)
def test_what_is_refused_here_is_refused_there(account: Account, expression: str) -> None:
    client = events(account)
    with pytest.raises(Unschedulable):
        parse(expression)
    with pytest.raises(client.exceptions.ClientError, match="ScheduleExpression is not valid"):
        client.put_rule(Name="wrong", ScheduleExpression=expression)
