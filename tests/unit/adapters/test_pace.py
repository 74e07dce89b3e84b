"""The pace of requests: the quota is never broken, and what others leave of it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.adapters.pace import RATE, Pace
from tests.fakes.aws_server import AwsServer, Status
from tests.fakes.deployment import QUICK, reach
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence


def times(pace: Pace, clock: FakeClock, pauses: Sequence[float]) -> list[float]:
    """When each request went; before each, so much time passes."""
    found = []
    for pause in pauses:
        clock.now += pause
        pace.wait()
        found.append(clock.now)
    return found


@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.2, 3.0]), max_size=120))
def test_no_second_has_many_more_requests_than_the_quota(pauses: list[float]) -> None:
    clock = FakeClock()
    went = times(Pace(clock), clock, pauses)
    for beginning in went:
        assert sum(beginning <= at < beginning + 1 for at in went) <= RATE + 4


def test_many_requests_take_what_the_quota_says_and_hardly_more() -> None:
    clock = FakeClock()
    went = times(Pace(clock), clock, [0.0] * 300)
    assert 300 / RATE - 1 <= went[-1] <= 300 / RATE


def test_who_is_alone_does_not_wait() -> None:
    clock = FakeClock()
    times(Pace(clock), clock, [1.0] * 20)
    assert clock.slept == []


def test_a_refusal_slows_everybody_down_and_time_heals() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    pace.refused()
    pace.refused()
    slow = pace.rate
    assert slow == pytest.approx(RATE * 0.7), "two refusals of one moment are one"
    times(pace, clock, [0.0] * 600)
    assert pace.rate == RATE


def test_it_never_stands_still() -> None:
    clock = FakeClock()
    pace = Pace(clock)
    for _ in range(50):
        clock.now += 1
        pace.refused()
    assert pace.rate >= 1


def test_requests_of_a_client_go_at_the_pace_and_a_429_slows_them() -> None:
    with AwsServer() as server:
        aws = reach(server, patience=QUICK)
        server.faults.add("ListFunctions|ListVersions.*", Status(429, "TooManyRequestsException", "Rate Exceeded."))
        with pytest.raises(ClientError):
            aws.lambda_client().list_versions_by_function(FunctionName="orders")
        with pytest.raises(ClientError):
            aws.lambda_client().get_function(FunctionName="orders")
        assert aws.paces.control.rate < RATE
        assert aws.paces.reading.rate == 100
