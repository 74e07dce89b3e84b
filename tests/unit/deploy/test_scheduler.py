"""Schedules of EventBridge Scheduler: made, changed, moved from and to rules, and removed."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.destroy import destroy, survey
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from lambda_ci.report.plan import plan_text
from tests.fakes.aws_server import After, Lost
from tests.fakes.deployment import reach
from tests.unit.deploy.nightly import ALIAS, CRON, NAME, ROLE, RULE, nightly

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

READS = ["GetPolicy", "ListSchedules", "GetSchedule"]


def deployed(project: Project, server: AwsServer, *triggers: JsonValue) -> None:
    project.deploy(project.function(triggers=list(triggers)), project.package())
    server.requests.clear()


def test_a_first_deploy_makes_it_after_the_alias_and_a_second_one_changes_nothing(
    project: Project, server: AwsServer
) -> None:
    function, package = project.function(triggers=[nightly()]), project.package()
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", "CreateSchedule"]
    assert server.scheduler.schedules == {
        NAME: {
            "GroupName": "default",
            "ScheduleExpression": CRON,
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "State": "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "NONE",
            "Description": "Calls orders:live (lambda-ci, shop)",
            "Target": {
                "Arn": ALIAS,
                "RoleArn": ROLE,
                "Input": '{"full":true}',
                "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400},
            },
        }
    }
    assert server.functions["orders"].statements.get("live", {}) == {}
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction", *READS]


CHANGES: list[tuple[dict[str, JsonValue], list[str]]] = [
    ({"expression": "cron(0 3 * * ? *)"}, ["expression"]),
    ({"timezone": "Asia/Tokyo"}, ["timezone"]),
    ({"timezone": None}, ["timezone"]),
    ({"enabled": False}, ["enabled"]),
    ({"role": f"{ROLE}-2"}, ["role"]),
    ({"input": {"full": False}}, ["input"]),
    ({"input": None}, ["input"]),
    ({"flexible_window": 15}, ["flexible-window"]),
    ({"start": "2026-12-01T00:00:00"}, ["start"]),
    ({"start": "2026-01-01T00:00:00"}, []),
    ({"end": "2026-12-01T00:00:00"}, ["end", "after-completion"]),
    ({"maximum_retry_attempts": 0}, ["maximum-retry-attempts"]),
    ({"maximum_event_age_in_seconds": 60}, ["maximum-event-age-in-seconds"]),
    ({"dead_letter": "arn:aws:sqs:eu-west-1:123456789012:late"}, ["dead-letter"]),
    ({"expression": "at(2026-12-01T09:00:00)"}, ["expression", "after-completion"]),
]


def test_each_option_is_written_and_taken_back(project: Project, server: AwsServer) -> None:
    deployed(project, server, nightly())
    for more, fields in CHANGES:
        for triggers in ([nightly(**more)], [nightly()]):
            function, package = project.function(triggers=triggers), project.package()
            changes = project.plan(function, package).changes
            assert [field.field for one in changes for field in one.fields] == fields, more
            server.requests.clear()
            project.deploy(function, package)
            assert server.writes == (["UpdateSchedule"] if fields else []), more
            assert not project.plan(function, package).changed, more


def test_the_plan_says_what_changes_and_keeps_the_event_to_itself(project: Project, server: AwsServer) -> None:
    fresh = plan_text(project.plan(project.function(triggers=[nightly(flexible_window=5)]), project.package()))
    assert (
        f"  + scheduler {NAME}\n      expression: {CRON}\n      timezone: Europe/Berlin\n      target: the alias\n"
        in fresh
    )
    assert f"      role: {ROLE}\n      flexible-window: 5 minutes\n      description: Calls" in fresh
    assert "input: sha256:" in fresh
    assert "full" not in fresh
    deployed(project, server, nightly())
    changed = plan_text(project.plan(project.function(triggers=[nightly(timezone="UTC")]), project.package()))
    assert f"  ~ scheduler {NAME}\n      timezone: Europe/Berlin → UTC" in changed
    gone = plan_text(project.plan(project.function(triggers=[]), project.package()))
    assert f"  - scheduler {NAME}\n      expression: {CRON} → (removed)" in gone


def test_what_others_changed_is_put_back_and_what_they_added_goes(project: Project, server: AwsServer) -> None:
    deployed(project, server, nightly())
    before = deepcopy(server.scheduler.schedules)
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    server.scheduler.schedules[NAME] |= {"State": "DISABLED", "KmsKeyArn": key, "Description": "mine"}
    server.scheduler.schedules[NAME]["Target"]["Input"] = "[]"
    function, package = project.function(triggers=[nightly()]), project.package()
    fields = [field.field for field in project.plan(function, package).changes[0].fields]
    assert fields == ["enabled", "kms-key", "description", "input"]
    project.deploy(function, package)
    assert server.scheduler.schedules == before


def test_ours_that_are_not_declared_go_and_those_of_others_stay(project: Project, server: AwsServer) -> None:
    deployed(project, server, nightly(), nightly(name="weekly"), nightly(name="hourly"))
    schedules = server.scheduler.schedules
    schedules["shop-orders-live-weekly"]["Description"] = "(lambda-ci, another)"
    schedules["shop-orders-live-hourly"]["Target"]["Arn"] = f"{ALIAS}2"
    server.scheduler.page = 1
    project.deploy(project.function(triggers=[]), project.package())
    assert set(schedules) == {"shop-orders-live-weekly", "shop-orders-live-hourly"}
    assert not project.plan(project.function(triggers=[]), project.package()).changed


def test_a_name_of_somebody_else_is_not_taken(project: Project, server: AwsServer) -> None:
    deployed(project, server, nightly())
    server.scheduler.schedules[NAME] |= {"Description": "Reports"}
    server.scheduler.schedules[NAME]["Target"]["Arn"] = "arn:aws:lambda:eu-west-1:123456789012:function:reports"
    with pytest.raises(
        AwsError, match="not this project's: it calls arn:aws:lambda:eu-west-1:123456789012:function:reports"
    ) as caught:
        project.plan(project.function(triggers=[nightly()]), project.package())
    assert "another name" in str(caught.value.fix)


@pytest.mark.parametrize("back", [False, True], ids=["to-scheduler", "to-rule"])
def test_a_move_makes_the_new_one_before_the_old_one_goes(project: Project, server: AwsServer, back: bool) -> None:
    before, after = (nightly(), RULE) if back else (RULE, nightly())
    deployed(project, server, before, nightly(name="other"))
    function, package = (
        project.function(triggers=[after, nightly(name="other"), nightly(name="more")]),
        project.package(),
    )
    changes = [(one.action, one.resource) for one in project.plan(function, package).changes if one.name == NAME]
    made, gone = (Resource.SCHEDULE, Resource.SCHEDULER) if back else (Resource.SCHEDULER, Resource.SCHEDULE)
    assert set(changes) == {(Action.CREATE, made), (Action.DELETE, gone)}
    project.deploy(function, package)
    rule = ["AddPermission", "PutRule", "PutTargets"], ["RemoveTargets", "DeleteRule", "RemovePermission"]
    both = [*rule[0], "DeleteSchedule"] if back else ["CreateSchedule", *rule[1]]
    assert server.writes == [*both, "CreateSchedule"]
    assert (NAME in server.events.rules, NAME in server.scheduler.schedules) == (back, not back)
    assert not project.plan(function, package).changed


def test_a_new_role_is_waited_for_and_a_wrong_one_is_an_error(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.scheduler.distrusted.add(ROLE)
    with pytest.raises(AwsError, match="must allow AWS EventBridge Scheduler to assume the role") as caught:
        project.deploy(project.function(triggers=[nightly()]), project.package())
    assert "scheduler.amazonaws.com" in str(caught.value.fix)
    assert project.clock.slept.count(5.0) == 12
    server.faults.add("CreateSchedule", After(server.scheduler.distrusted.clear), after=1)
    project.deploy(project.function(triggers=[nightly()]), project.package())
    assert NAME in server.scheduler.schedules
    assert "the role known to scheduler.amazonaws.com" in project.log.getvalue()


def test_once_is_made_with_its_end_and_never_written_when_it_has_passed(project: Project, server: AwsServer) -> None:
    once = nightly(expression="at(2026-11-21T10:00:00)", timezone="Europe/Berlin")
    project.shared = reach(server, clock=project.clock)
    deployed(project, server, once)
    assert server.scheduler.schedules[NAME]["ActionAfterCompletion"] == "DELETE"
    function, package = project.function(triggers=[once]), project.package()
    project.clock.now = 3600
    assert not project.plan(function, package).changed, "it may still be running, within its window"
    other = project.function(
        triggers=[nightly(expression="at(2026-11-21T10:00:00)", timezone="Europe/Berlin", input=1)]
    )
    assert not project.plan(other, package).changed
    server.scheduler.schedules.clear()
    assert not project.plan(function, package).changed, "Scheduler has deleted it"
    deployed(project, server, nightly())
    assert [one.action for one in project.plan(function, package).changes] == [Action.DELETE]
    project.deploy(function, package)
    assert server.scheduler.schedules == {}


def test_what_passes_while_the_run_works_is_said_and_not_written(project: Project, server: AwsServer) -> None:
    function = project.function(triggers=[nightly(expression="at(2026-11-21T10:00:00)", timezone="Europe/Berlin")])
    server.faults.add("CreateAlias", After(lambda: project.clock.sleep(7200)))
    project.deploy(function, project.package())
    assert server.scheduler.schedules == {}
    assert f"{NAME} is not written: its time has passed" in project.log.getvalue()


def test_a_function_that_has_none_is_not_asked_for_any(project: Project, server: AwsServer) -> None:
    deployed(project, server, RULE)
    project.deploy(project.function(triggers=[RULE]), project.package())
    assert not [one for one in server.operations if "Schedules" in one or "GetSchedule" in one]


def test_destroy_takes_them_along(project: Project, server: AwsServer) -> None:
    deployed(project, server, nightly(), nightly(name="weekly"), {"schedule": "rate(1 hour)"})
    doomed = survey("orders", project="shop", services=project.services)
    assert doomed is not None
    assert {NAME, "shop-orders-live-weekly"} < set(doomed.rules)
    server.faults.add("DeleteSchedule", Lost(), times=1)
    destroy(doomed, project.services)
    assert server.writes[-1] == "DeleteFunction"
    assert (server.scheduler.schedules, server.events.rules, server.functions) == ({}, {}, {})
