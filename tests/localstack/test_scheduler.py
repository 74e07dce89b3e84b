"""Schedules in a time zone on LocalStack's EventBridge Scheduler."""

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

SCHEDULE = "shop-orders-live-nightly"
RULE = {"expression": "cron(0 2 ? * MON-FRI *)", "name": "nightly", "input": {"full": True}}


def nightly(account: Account, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    role = f"arn:aws:iam::{account.number}:role/scheduler"
    return {"schedule": {**RULE, "timezone": "Europe/Berlin", "role": role, **more}}


def client(account: Account, service: str = "scheduler") -> Any:  # noqa: ANN401 - boto3's client
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=account.stack.url,
        region_name=REGION,
        aws_access_key_id=account.number,
        aws_secret_access_key="not-a-secret",
    )


def test_a_schedule_is_made_changed_moved_and_removed(account: Account) -> None:
    ran = account.deploy("first", triggers=[nightly(account, **{"flexible-window": 15, "maximum-retry-attempts": 3})])
    assert ran.code == 0, ran.err
    scheduler = client(account)
    found = scheduler.get_schedule(Name=SCHEDULE)
    assert (found["ScheduleExpression"], found["ScheduleExpressionTimezone"]) == (RULE["expression"], "Europe/Berlin")
    assert found["Target"]["Arn"] == f"arn:aws:lambda:{REGION}:{account.number}:function:{NAME}:live"
    assert json.loads(found["Target"]["Input"]) == {"full": True}
    ran = account.deploy()
    assert (ran.document["changed"], account.proxy.writes) == (False, [])
    assert account.proxy.operations == ["GetFunction", "GetFunction", "GetPolicy", "ListSchedules", "GetSchedule"]
    account.proxy.faults.add("UpdateSchedule", Lost())
    ran = account.deploy("first", triggers=[nightly(account, enabled=False, start="2090-01-01T00:00:00")])
    assert ran.code == 0, ran.err
    found = scheduler.get_schedule(Name=SCHEDULE)
    assert (found["State"], found["FlexibleTimeWindow"]["Mode"]) == ("DISABLED", "OFF")
    assert found["StartDate"].timestamp() == 3786908400.0, "midnight in Berlin"
    assert not account.deploy().document["changed"]
    assert account.deploy("first", triggers=[{"schedule": RULE}]).code == 0
    assert account.proxy.writes == ["AddPermission", "PutRule", "PutTargets", "DeleteSchedule"]
    assert scheduler.list_schedules()["Schedules"] == []
    assert account.deploy("first", triggers=[nightly(account)]).code == 0
    assert account.proxy.writes == ["CreateSchedule", "RemoveTargets", "DeleteRule", "RemovePermission"]
    assert client(account, "events").list_rules()["Rules"] == []
    assert not account.deploy().document["changed"]
    ran = account.cli("destroy", "--yes", "--json")
    assert ran.function(NAME)["removed"] == [NAME, SCHEDULE]
    assert scheduler.list_schedules()["Schedules"] == []


def test_once_is_made_and_taken_back(account: Account) -> None:
    once = nightly(account, expression="at(2090-01-01T09:00:00)", end=None)
    assert account.deploy("first", triggers=[once]).code == 0
    assert client(account).get_schedule(Name=SCHEDULE)["ActionAfterCompletion"] == "DELETE"
    assert not account.deploy().document["changed"]
    assert account.deploy("first", triggers=[]).code == 0
    assert account.proxy.writes == ["DeleteSchedule"]


@pytest.mark.parametrize("expression", ["at(2021-12-31)", "at(2021-12-31T23:59:59Z)", "rate(10 seconds)", "cron()"])
def test_what_is_refused_here_is_refused_there(account: Account, expression: str) -> None:
    scheduler = client(account)
    with pytest.raises(Unschedulable):
        parse(expression)
    target = {"Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    with pytest.raises(scheduler.exceptions.ValidationException, match="Invalid Schedule Expression"):
        scheduler.create_schedule(
            Name="wrong", ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )
