"""Schedules of EventBridge Scheduler: whatever goes wrong, the next run converges, and no moment is without one."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from tests.fakes.aws_server import Html, Lost, Status
from tests.fakes.deployment import Killed, killed_after
from tests.unit.deploy.nightly import NAME, RULE, nightly

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_server import AwsServer, Fault
    from tests.fakes.deployment import Project

READS = ["GetPolicy", "ListSchedules", "GetSchedule"]
FAULTS = (
    Lost(),
    Html(),
    Status(429, "ThrottlingException", "Rate exceeded"),
    Status(409, "ConflictException", "Updating or deleting a resource can cause an inconsistent state."),
    Status(403, "AccessDeniedException", "not authorized"),
)


def converges_after(fault: Fault, operation: str, project: Project, function: Function, package: Package) -> None:
    """At once where the fault heals, and else with the next run."""
    project.server.faults.add(operation, fault)
    with suppress(AwsError):
        project.deploy(function, package)
    project.server.faults.clear()
    project.deploy(function, package)
    assert not project.plan(function, package).changed, fault


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ([], [nightly()], ["CreateSchedule"]),
        ([nightly(timezone="UTC")], [nightly()], [*READS, "UpdateSchedule"]),
        ([nightly()], [], ["DeleteSchedule"]),
        ([RULE], [nightly()], ["CreateSchedule", "RemoveTargets"]),
    ],
    ids=["create", "update", "delete", "move"],
)
def test_whatever_goes_wrong_the_next_run_converges(
    project: Project, server: AwsServer, before: list[JsonValue], after: list[JsonValue], operations: list[str]
) -> None:
    function, package = project.function(triggers=after), project.package()
    project.deploy(project.function(triggers=before), package)
    start = deepcopy((server.functions["orders"], server.events.rules, server.scheduler.schedules))
    for operation in operations:
        for fault in FAULTS:
            server.functions["orders"], server.events.rules, server.scheduler.schedules = deepcopy(start)
            converges_after(fault, operation, project, function, package)
            assert set(server.scheduler.schedules) == ({NAME} if after else set()), (operation, fault)
            assert server.events.rules == {}, (operation, fault)


@pytest.mark.parametrize(
    ("before", "after"), [([], [nightly()]), ([nightly()], []), ([RULE], [nightly()]), ([nightly()], [RULE])]
)
def test_a_run_that_is_killed_after_any_request_is_finished_by_the_next_and_one_always_calls(
    project: Project, server: AwsServer, before: list[JsonValue], after: list[JsonValue]
) -> None:
    function, package = project.function(triggers=after), project.package()
    for count in range(1, 13):
        server.reset()
        project.deploy(project.function(triggers=before), package)
        events = [project.client, project.aws.eventbridge().client, project.aws.scheduler().client]
        with killed_after(count, *(client.meta.events for client in events)), suppress(Killed):
            project.deploy(function, package)
        aimed = any(one.targets for one in server.events.rules.values())
        assert aimed or server.scheduler.schedules or not (before and after), count
        project.deploy(function, package)
        assert (set(server.events.rules), set(server.scheduler.schedules)) == (
            ({NAME} if after == [RULE] else set()),
            ({NAME} if after and after != [RULE] else set()),
        ), count
        assert not project.plan(function, package).changed
