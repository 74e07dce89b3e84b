"""What is written to EventBridge Scheduler is read back the same, and an update leaves nothing of what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.adapters.scheduler import Timed
from lambda_ci.errors import AwsError
from tests.fakes.aws_server import AwsServer, Html
from tests.fakes.deployment import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lambda_ci.adapters.aws import Aws

MOMENTS = st.datetimes(datetime(2027, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda moment: moment.replace(microsecond=0)
)
ENDS = st.none() | MOMENTS.map(lambda moment: moment + timedelta(days=40_000))
SCHEDULES = st.builds(
    Timed,
    name=st.just("nightly"),
    expression=st.sampled_from(["rate(1 hour)", "cron(0 2 * * ? *)", "at(2090-01-01T00:00:00)"]),
    timezone=st.sampled_from(["UTC", "Europe/Berlin"]),
    enabled=st.booleans(),
    target=st.just("arn:aws:lambda:eu-west-1:123456789012:function:orders:live"),
    role=st.just("arn:aws:iam::123456789012:role/scheduler"),
    input=st.sampled_from(["", "{}", '{"ü":"\\n"}']),
    window=st.integers(0, 1440),
    start=st.none() | MOMENTS,
    end=ENDS,
    retries=st.integers(0, 185),
    age=st.integers(60, 86400),
    dead_letter=st.sampled_from(["", "arn:aws:sqs:eu-west-1:123456789012:late"]),
    leaves=st.booleans(),
    key=st.sampled_from(["", "arn:aws:kms:eu-west-1:123456789012:key/1234"]),
    description=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=512),
)


@pytest.fixture(scope="module")
def server() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture(scope="module")
def aws(server: AwsServer) -> Aws:
    return reach(server)


@settings(max_examples=15)
@given(one=SCHEDULES, other=SCHEDULES)
def test_it_is_read_as_it_was_written(server: AwsServer, aws: Aws, one: Timed, other: Timed) -> None:
    server.reset()
    scheduler = aws.scheduler()
    assert scheduler.find("nightly") is None
    scheduler.create(one)
    assert scheduler.find("nightly") == one
    scheduler.update(other)
    assert scheduler.find("nightly") == other
    scheduler.delete("nightly")
    scheduler.delete("nightly")
    assert scheduler.find("nightly") is None


def test_names_come_page_by_page(server: AwsServer, aws: Aws) -> None:
    server.reset()
    schedule = Timed(
        name="",
        expression="rate(1 day)",
        target="arn:aws:lambda:eu-west-1:1:function:f",
        role="arn:aws:iam::123456789012:role/s",
    )
    for name in ("a-1", "a-2", "a-3", "b-1"):
        aws.scheduler().create(replace(schedule, name=name))
    server.scheduler.page = 2
    assert [name for name, _ in aws.scheduler().targets("a-")] == ["a-1", "a-2", "a-3"]
    assert server.operations.count("ListSchedules") == 2


@pytest.mark.parametrize("operation", ["GetSchedule", "ListSchedules", "CreateSchedule", "DeleteSchedule"])
def test_a_page_of_a_proxy_is_no_answer(server: AwsServer, aws: Aws, operation: str) -> None:
    server.reset()
    server.faults.add(operation, Html())
    scheduler = aws.scheduler()
    schedule = Timed(
        name="a",
        expression="rate(1 day)",
        target="arn:aws:lambda:eu-west-1:1:function:f",
        role="arn:aws:iam::123456789012:role/s",
    )
    asks: dict[str, Callable[[], object]] = {
        "GetSchedule": lambda: scheduler.find("a"),
        "ListSchedules": lambda: list(scheduler.targets("a")),
        "CreateSchedule": lambda: scheduler.create(schedule),
        "DeleteSchedule": lambda: scheduler.delete("a"),
    }
    with pytest.raises(AwsError, match="the answer is not one of AWS"):
        asks[operation]()
