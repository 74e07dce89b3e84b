"""What the watch over a new version cannot see is no good news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.rollout.shift import roll_out
from lambda_ci.errors import AwsError, VerificationError
from tests.fakes.aws_server import After, Html
from tests.unit.deploy.rollout.test_rollout import CANARY, alias, spec, weights

if TYPE_CHECKING:
    from lambda_ci.deploy.release import Release
    from tests.fakes.deployment import Project


def test_an_alarm_that_is_deleted_while_it_is_needed_rings(project: Project, new: Release) -> None:
    project.server.cloudwatch.alarms["late"] = "OK"
    project.server.faults.add("DescribeAlarms", After(project.server.cloudwatch.alarms.clear), after=1)
    with pytest.raises(VerificationError) as caught:
        roll_out(new, spec(**CANARY, alarms=["late"]), project.services)
    assert "the alarm late is gone" in caught.value.why
    assert alias(project.server) == ("1", {})


@pytest.mark.parametrize("operation", ["DescribeAlarms", "GetMetricData"])
def test_pages_of_a_proxy_are_no_quiet_alarms(project: Project, new: Release, operation: str) -> None:
    project.server.cloudwatch.alarms["late"] = "OK"
    project.server.faults.add(operation, Html(), after=1, times=3)
    with pytest.raises(AwsError, match="the answer is not one of AWS"):
        roll_out(new, spec(**CANARY, alarms=["late"]), project.services)
    assert alias(project.server) == ("1", {})


def test_figures_that_cloudwatch_cannot_give_are_not_none(project: Project, new: Release) -> None:
    project.server.cloudwatch.status = "InternalError"
    with pytest.raises(AwsError, match="could not read how often version 2 of orders was called: InternalError"):
        roll_out(new, spec(**CANARY), project.services)
    assert (weights(project.server), alias(project.server)) == ([], ("1", {}))
