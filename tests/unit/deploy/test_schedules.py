from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.destroy import destroy, survey
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from lambda_ci.report.plan import plan_text
from tests.fakes.aws_server import Html, Lost, Reset, Status
from tests.fakes.deployment import Killed, killed_after

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_server import AwsServer, Fault
    from tests.fakes.deployment import Project

HOURLY: JsonValue = {"schedule": "rate(1 hour)"}
NIGHTLY: JsonValue = {"schedule": {"expression": "cron(0 2 * * ? *)", "name": "nightly", "input": {"full": True}}}
RULE = "shop-orders-live-nightly"
HOURLY_RULE = "shop-orders-live-67e12e86"
ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"
READ = ["GetFunction", "GetFunction", "GetPolicy"]
READS = ["GetPolicy", "DescribeRule", "ListTargetsByRule", "ListTagsForResource"]
REMOVALS = ["RemoveTargets", "DeleteRule", "RemovePermission"]
WRITES = ["AddPermission", "PutRule", "PutTargets"]


def nightly(**more: JsonValue) -> JsonValue:
    assert isinstance(NIGHTLY, dict)
    assert isinstance(NIGHTLY["schedule"], dict)
    return {"schedule": {**NIGHTLY["schedule"], **more}}


def deployed(project: Project, server: AwsServer, *triggers: JsonValue) -> None:
    project.deploy(project.function(triggers=list(triggers)), project.package())
    server.requests.clear()


def rules(server: AwsServer) -> dict[str, tuple[str, str]]:
    return {
        name: (one.described["ScheduleExpression"], one.described["State"]) for name, one in server.events.rules.items()
    }


def allowed(server: AwsServer) -> list[str]:
    """What the statements in the alias's policy are for."""
    found = server.functions["orders"].statements.get("live", {}).values()
    return sorted(one["Condition"]["ArnLike"]["AWS:SourceArn"] for one in found)


def test_a_first_deploy_makes_the_rule_after_the_alias_and_a_second_one_changes_nothing(
    project: Project, server: AwsServer
) -> None:
    function, package = project.function(triggers=[NIGHTLY]), project.package()
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", *WRITES]
    rule = server.events.rules[RULE]
    assert rule.targets["lambda-ci"] == {"Id": "lambda-ci", "Arn": ALIAS, "Input": '{"full":true}'}
    assert rule.tags == {"lambda-ci:project": "shop"}
    assert allowed(server) == [server.events.arn(RULE)]
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == [*READ, "DescribeRule", "ListTargetsByRule"]


def test_a_function_without_triggers_costs_no_request_more(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    server.requests.clear()
    project.deploy(project.function(), project.package())
    assert server.operations == ["GetFunction", "GetFunction"]
    server.requests.clear()
    project.deploy(project.function(triggers=[]), project.package())
    assert server.operations == READ


@pytest.mark.parametrize(
    ("before", "after", "expected", "writes"),
    [
        ([], [NIGHTLY], [(Action.CREATE, RULE)], WRITES),
        ([NIGHTLY], [], [(Action.DELETE, RULE)], REMOVALS),
        ([NIGHTLY], [nightly(expression="cron(0 3 * * ? *)")], [(Action.UPDATE, RULE)], ["PutRule"]),
        ([NIGHTLY], [nightly(enabled=False)], [(Action.UPDATE, RULE)], ["PutRule"]),
        ([nightly(enabled=False)], [NIGHTLY], [(Action.UPDATE, RULE)], ["PutRule"]),
        ([NIGHTLY], [nightly(input={"full": False})], [(Action.UPDATE, RULE)], ["PutTargets"]),
        ([NIGHTLY], [nightly(input=None)], [(Action.UPDATE, RULE)], ["PutTargets"]),
        ([HOURLY], [NIGHTLY], [(Action.CREATE, RULE), (Action.DELETE, HOURLY_RULE)], None),
        ([NIGHTLY], None, [], []),
        ([NIGHTLY, HOURLY], [HOURLY, NIGHTLY], [], []),
    ],
)
def test_what_is_declared_is_made_and_what_is_not_any_more_goes(
    project: Project,
    server: AwsServer,
    before: list[JsonValue],
    after: list[JsonValue] | None,
    expected: list[tuple[Action, str]],
    writes: list[str] | None,
) -> None:
    deployed(project, server, *before)
    function, package = project.function(triggers=after), project.package()
    plan = project.plan(function, package)
    told = [one for one in plan.changes if one.resource is not Resource.TAGS]
    assert [(one.action, one.name) for one in told] == expected
    assert {one.resource for one in told} <= {Resource.SCHEDULE}
    server.requests.clear()
    project.deploy(function, package)
    found = [one for one in server.writes if one != "TagResource"]
    assert writes is None or found == writes
    assert not project.plan(function, package).changed


def test_the_plan_says_what_changes_and_keeps_the_event_to_itself(project: Project, server: AwsServer) -> None:
    fresh = plan_text(project.plan(project.function(triggers=[NIGHTLY]), project.package()))
    assert (
        f"  + schedule {RULE}\n      expression: cron(0 2 * * ? *)\n      target: the alias\n      input: sha256:"
        in fresh
    )
    deployed(project, server, NIGHTLY)
    changed = plan_text(
        project.plan(project.function(triggers=[nightly(enabled=False, input={"a": 1})]), project.package())
    )
    assert f"  ~ schedule {RULE}\n      enabled: true → false\n      input: sha256:" in changed
    assert "full" not in fresh + changed
    gone = plan_text(project.plan(project.function(triggers=[]), project.package()))
    assert f"  - schedule {RULE}\n      expression: cron(0 2 * * ? *) → (removed)" in gone


def test_what_others_changed_is_put_back(project: Project, server: AwsServer) -> None:
    deployed(project, server, NIGHTLY)
    rule = server.events.rules[RULE]
    rule.described["State"] = "DISABLED"
    rule.targets["lambda-ci"]["Arn"] = f"{ALIAS}x"
    statements = server.functions["orders"].statements["live"]
    statements[next(iter(statements))]["Condition"]["ArnLike"]["AWS:SourceArn"] += "*"
    function, package = project.function(triggers=[NIGHTLY]), project.package()
    fields = [field.field for field in project.plan(function, package).changes[0].fields]
    assert fields == ["enabled", "target", "permission"]
    project.deploy(function, package)
    assert (rules(server), allowed(server)) == ({RULE: ("cron(0 2 * * ? *)", "ENABLED")}, [server.events.arn(RULE)])
    assert server.events.rules[RULE].targets["lambda-ci"]["Arn"] == ALIAS


def test_only_what_carries_our_mark_and_calls_nothing_else_is_deleted(project: Project, server: AwsServer) -> None:
    deployed(project, server, NIGHTLY, HOURLY)
    server.events.rules[RULE].targets["theirs"] = {"Id": "theirs", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}
    server.events.rules[HOURLY_RULE].tags["lambda-ci:project"] = "another"
    project.deploy(project.function(triggers=[]), project.package())
    assert set(server.events.rules) == {RULE, HOURLY_RULE}
    assert [list(one.targets) for one in server.events.rules.values()] == [["theirs"], []]
    assert allowed(server) == []
    assert not project.plan(project.function(triggers=[]), project.package()).changed


def test_a_success_that_is_none_is_an_error(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.events.refusing.add("lambda-ci")
    with pytest.raises(AwsError, match=r"let the rule .* call the alias|ConcurrentModificationException"):
        project.deploy(project.function(triggers=[NIGHTLY]), project.package())
    server.events.refusing.clear()
    project.deploy(project.function(triggers=[NIGHTLY]), project.package())
    assert server.events.rules[RULE].targets


def test_code_alone_leaves_triggers_to_others(project: Project, server: AwsServer) -> None:
    deployed(project, server, NIGHTLY)
    project.deploy(project.function(triggers=[], mode="code-only"), project.package())
    assert (server.operations, set(server.events.rules)) == (["GetFunction", "GetFunction"], {RULE})


def test_a_url_and_triggers_share_one_look_at_the_policy(project: Project, server: AwsServer) -> None:
    function, package = project.function(triggers=[NIGHTLY], url={"auth-type": "NONE"}), project.package()
    project.deploy(function, package)
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations.count("GetPolicy") == 1
    assert server.writes == []
    project.deploy(project.function(triggers=[]), package)
    assert len(server.functions["orders"].statements["live"]) == 2


FAULTS = (
    Lost(),
    Reset(),
    Html(),
    Status(500, "InternalException", "x"),
    Status(429, "ThrottlingException", "Rate exceeded"),
    Status(400, "ConcurrentModificationException", "Rule is being modified"),
    Status(403, "AccessDeniedException", "not authorized"),
)


@pytest.mark.parametrize("operation", ["GetPolicy", *WRITES])
def test_whatever_goes_wrong_while_a_rule_is_written_the_next_run_converges(
    project: Project, server: AwsServer, operation: str
) -> None:
    function, package = project.function(triggers=[NIGHTLY]), project.package()
    deployed(project, server)
    before = deepcopy(server.functions["orders"])
    for fault in FAULTS:
        server.functions["orders"] = deepcopy(before)
        server.events.rules.clear()
        converges_after(fault, operation, project, function, package)
        assert (set(server.events.rules), len(allowed(server))) == ({RULE}, 1), fault


@pytest.mark.parametrize("operation", [*READS, *REMOVALS])
def test_whatever_goes_wrong_while_a_rule_is_removed_the_next_run_converges(
    project: Project, server: AwsServer, operation: str
) -> None:
    function, package = project.function(triggers=[]), project.package()
    deployed(project, server, NIGHTLY)
    before = deepcopy((server.functions["orders"], server.events.rules))
    for fault in FAULTS:
        server.functions["orders"], server.events.rules = deepcopy(before)
        converges_after(fault, operation, project, function, package)
        assert (server.events.rules, allowed(server)) == ({}, []), fault


def converges_after(fault: Fault, operation: str, project: Project, function: Function, package: Package) -> None:
    """At once where the fault heals, and else with the next run."""
    project.server.faults.add(operation, fault)
    with suppress(AwsError):
        project.deploy(function, package)
    project.server.faults.clear()
    project.deploy(function, package)
    assert not project.plan(function, package).changed, fault


@pytest.mark.parametrize("removing", [False, True], ids=["write", "remove"])
def test_a_run_that_is_killed_after_any_request_is_finished_by_the_next(
    project: Project, server: AwsServer, removing: bool
) -> None:
    function, package = project.function(triggers=[] if removing else [NIGHTLY]), project.package()
    for count in range(1, 13):
        server.reset()
        deployed(project, server, *([NIGHTLY] if removing else []))
        events = project.aws.eventbridge().client.meta.events
        with killed_after(count, events, project.client.meta.events), suppress(Killed):
            project.deploy(function, package)
        project.deploy(function, package)
        assert (set(server.events.rules), len(allowed(server))) == ((set(), 0) if removing else ({RULE}, 1)), count
        assert not project.plan(function, package).changed


def test_destroy_takes_the_rules_along(project: Project, server: AwsServer) -> None:
    deployed(project, server, NIGHTLY, HOURLY)
    doomed = survey("orders", project="shop", services=project.services)
    assert doomed is not None
    assert set(doomed.rules) == {RULE, HOURLY_RULE}
    server.requests.clear()
    server.faults.add("DeleteRule", Lost(), times=1)
    destroy(doomed, project.services)
    assert server.writes[-1] == "DeleteFunction"
    assert (server.events.rules, server.functions) == ({}, {})
    destroy(doomed, project.services)


def test_functions_without_triggers_are_destroyed_without_a_look_at_policies(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function(), project.package())
    server.requests.clear()
    survey("orders", project="shop", services=project.services)
    assert "GetPolicy" not in server.operations
