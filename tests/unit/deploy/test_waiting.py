from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.writes.waiting import Readiness, readiness
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from tests.fakes.aws_server import After, Before, Lost, Reset, Status
from tests.fakes.deployment import ROLE, Killed
from tests.fakes.lives import live

if TYPE_CHECKING:
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.deployment import Project


@pytest.mark.parametrize(
    ("state", "update", "before", "after"),
    [
        ("Active", "Successful", Readiness.READY, Readiness.READY),
        ("Active", "", Readiness.READY, Readiness.READY),
        ("", "", Readiness.READY, Readiness.READY),
        ("Inactive", "Successful", Readiness.READY, Readiness.READY),
        ("ActiveNonInvocable", "Successful", Readiness.READY, Readiness.READY),
        ("Pending", "", Readiness.WAITING, Readiness.WAITING),
        ("Active", "InProgress", Readiness.WAITING, Readiness.WAITING),
        ("Active", "Failed", Readiness.READY, Readiness.FAILED),
        ("Failed", "", Readiness.FAILED, Readiness.FAILED),
        ("Failed", "InProgress", Readiness.FAILED, Readiness.FAILED),
        ("Deactivating", "Successful", Readiness.WAITING, Readiness.WAITING),
        ("SomethingNew", "Successful", Readiness.WAITING, Readiness.WAITING),
        ("Active", "SomethingNew", Readiness.WAITING, Readiness.WAITING),
    ],
)
def test_readiness_is_decided_on_state_and_last_update(
    state: str, update: str, before: Readiness, after: Readiness
) -> None:
    seen = replace(live(), state=state, update=update)
    assert (readiness(seen, after_write=False), readiness(seen, after_write=True)) == (before, after)


def test_waiting_begins_every_second_and_slows_down(project: Project, server: AwsServer) -> None:
    server.lambda_.creating = 12
    project.deploy(project.function(), project.package())
    assert project.clock.slept[0] == 1.0
    assert project.clock.slept == sorted(project.clock.slept)
    assert project.clock.slept[-1] == 5.0


def test_a_creation_that_fails_says_why_and_leaves_nothing_behind(project: Project, server: AwsServer) -> None:
    server.lambda_.next_transition_fails = ("The subnet has no free addresses.", "SubnetOutOfIPAddresses")
    with pytest.raises(AwsError, match="no free addresses") as caught:
        project.deploy(project.function(), project.package())
    assert "SubnetOutOfIPAddresses" in caught.value.what
    assert "It was deleted again." in caught.value.why
    assert "run this again: it creates the function anew" in caught.value.fix
    assert server.functions == {}
    project.deploy(project.function(), project.package())
    assert project.alias() == "1"


@pytest.mark.parametrize("fault", [Status(403, "AccessDeniedException", "not authorized"), Reset()])
def test_a_failed_creation_that_may_not_be_deleted_says_how_to(
    project: Project, server: AwsServer, fault: Status | Reset
) -> None:
    server.lambda_.next_transition_fails = ("The subnet has no free addresses.", "SubnetOutOfIPAddresses")
    server.faults.add("DeleteFunction", fault)
    with pytest.raises(AwsError, match="no free addresses") as caught:
        project.deploy(project.function(), project.package())
    assert "delete-function --function-name orders" in caught.value.fix
    gone = project.plan(project.function(), project.package()).changes[0]
    assert (gone.resource, gone.action) == (Resource.FUNCTION, Action.DELETE)
    project.deploy(project.function(), project.package())
    assert project.alias() == "1"


def test_what_another_run_created_is_not_deleted(project: Project, server: AwsServer) -> None:
    server.lambda_.next_transition_fails = ("The subnet has no free addresses.", "SubnetOutOfIPAddresses")
    server.faults.add("CreateFunction", Lost())
    server.faults.add("CreateFunction", Status(409, "ResourceConflictException", "Function already exist: orders"))
    with pytest.raises(AwsError):
        project.deploy(project.function(), project.package())
    assert "DeleteFunction" not in server.operations


@pytest.fixture
def leftover(project: Project, server: AwsServer) -> Deployed:
    """A run is killed when it has asked for a function, and Lambda cannot prepare it."""
    server.lambda_.next_transition_fails = ("The subnet has no free addresses.", "SubnetOutOfIPAddresses")
    with suppress(Killed), project.killed_for_good_after(2):
        project.deploy(project.function(), project.package())
    assert project.client.get_function(FunctionName="orders")
    function = server.functions["orders"]
    assert function.state == "Failed"
    server.requests.clear()
    return function


def test_what_a_killed_run_left_is_made_anew_and_the_plan_says_so(
    project: Project, server: AwsServer, leftover: Deployed
) -> None:
    plan = project.plan(project.function(), project.package())
    assert [(one.resource, one.action) for one in plan.changes[:2]] == [
        (Resource.FUNCTION, Action.DELETE),
        (Resource.FUNCTION, Action.CREATE),
    ]
    assert "no free addresses" in plan.changes[0].fields[0].before
    assert server.writes == []
    project.deploy(project.function(), project.package())
    assert (project.alias(), server.writes[:2]) == ("1", ["DeleteFunction", "CreateFunction"])
    assert server.functions["orders"] is not leftover
    assert not project.plan(project.function(), project.package()).changed


@pytest.mark.parametrize("kept", ["mark", "version", "alias", "unseen"])
def test_a_failed_function_that_may_be_somebodys_stays(
    project: Project, server: AwsServer, leftover: Deployed, kept: str
) -> None:
    if kept == "mark":
        leftover.tags = {"lambda-ci:project": "another"}
    elif kept == "version":
        leftover.versions["1"] = {**server.lambda_.describe(leftover), "Version": "1"}
    elif kept == "alias":
        leftover.aliases["beta"] = {"Name": "beta", "AliasArn": "a", "FunctionVersion": "$LATEST"}
    else:
        server.faults.add("ListAliases", Status(403, "AccessDeniedException", "no"), times=9)
    with pytest.raises(AwsError, match="in the state Failed") as caught:
        project.deploy(project.function(), project.package())
    assert server.writes == []
    assert "aws lambda delete-function --function-name orders" in caught.value.fix


def test_a_failed_function_that_another_run_has_made_anew_meanwhile_stays(
    project: Project, server: AwsServer, leftover: Deployed
) -> None:
    def anew() -> None:
        leftover.state, leftover.revision = "Active", "another"

    server.faults.add("ListVersionsByFunction", After(anew))
    with pytest.raises(AwsError, match="was changed by somebody else"):
        project.deploy(project.function(), project.package())
    assert server.writes == []


def test_an_update_that_fails_is_a_failed_deploy_and_the_next_one_repairs_it(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.lambda_.next_transition_fails = ("The role may not use the VPC.", "InsufficientRolePermissions")
    with pytest.raises(AwsError, match="may not use the VPC") as caught:
        project.deploy(project.function(), project.package("v2"))
    assert "code that ran before still runs" in caught.value.why
    assert project.alias() == "1"
    plan = project.plan(project.function(), project.package("v2"))
    assert [(field.field, field.before) for field in plan.changes[0].fields] == [("last-update-status", "Failed")]
    project.deploy(project.function(), project.package("v2"))
    assert project.alias() == "2"
    assert not project.plan(project.function(), project.package("v2")).changed


def test_a_failed_publication_does_not_move_the_alias(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.lambda_.publishing = 1

    def fail() -> None:
        server.functions["orders"].versions["2"] |= {"State": "Failed", "StateReason": "Initialisation failed."}

    server.faults.add("GetFunction", Before(fail), after=4)
    with pytest.raises(AwsError, match=r"orders:2 ended in the state Failed: Initialisation failed\."):
        project.deploy(project.function(), project.package("v2"))
    assert project.alias() == "1"


def test_an_unknown_state_is_waited_for_until_the_deadline_and_named(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.functions["orders"].state = "Hibernating"
    with pytest.raises(AwsError, match=r"not ready after 600 s \(State Hibernating, LastUpdateStatus Successful\)"):
        project.deploy(project.function(), project.package("v2"))
    assert 600 <= project.clock.now < 610


def test_a_function_that_is_being_updated_by_others_is_waited_for_and_planned_anew(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function({"Timeout": 3}), project.package("v1"))
    deployed = server.functions["orders"]
    server.lambda_.updating = 3
    server.lambda_.update_function_configuration({"FunctionName": "orders", "Timeout": 99, "MemorySize": 1024})
    server.requests.clear()
    project.deploy(project.function({"Timeout": 3}), project.package("v2"))
    runs = deployed.versions[project.alias()]
    assert (runs["Timeout"], runs["MemorySize"]) == (3, 1024)


def test_a_new_role_is_waited_for(project: Project, server: AwsServer) -> None:
    role = "arn:aws:iam::123456789012:role/orders"
    server.lambda_.unassumable[role] = 3
    project.deploy(project.function(), project.package())
    assert project.clock.slept[:3] == [5.0, 5.0, 5.0]
    assert project.alias() == "1"


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_ec2_that_lambda_asks_too_often_is_waited_for(project: Project, server: AwsServer, operation: str) -> None:
    words = "Your request has been throttled by EC2, please make sure you have enough API rate limit. EC2 Error Code: RequestLimitExceeded."
    if operation != "CreateFunction":
        project.deploy(project.function(), project.package())
        project.clock.slept.clear()
    server.faults.add(operation, Status(400, "InvalidParameterValueException", words), times=3)
    project.deploy(project.function({"Timeout": 9}), project.package())
    assert project.clock.slept[:3] == [5.0, 5.0, 5.0]
    server.faults.add("UpdateFunctionConfiguration", Status(400, "InvalidParameterValueException", words), times=999)
    with pytest.raises(AwsError, match="throttled by EC2") as caught:
        project.deploy(project.function({"Timeout": 10}), project.package())
    assert "fewer deployments" in caught.value.fix


def test_a_role_with_a_wrong_trust_policy_is_not_waited_for_longer_than_a_minute(
    project: Project, server: AwsServer
) -> None:
    server.lambda_.unassumable["arn:aws:iam::123456789012:role/orders"] = 10_000
    with pytest.raises(AwsError, match="cannot be assumed by Lambda") as caught:
        project.deploy(project.function(), project.package())
    assert project.clock.now == 60
    assert "trust policy" in caught.value.fix
    assert not server.functions


def trust(*services: str, action: str = "sts:AssumeRole", effect: str = "Allow") -> JsonObject:
    return {"Statement": [{"Effect": effect, "Principal": {"Service": list(services)}, "Action": action}]}


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize(
    "policy",
    [
        trust("ecs-tasks.amazonaws.com"),
        trust("lambda.amazonaws.com", action="sts:TagSession"),
        trust("lambda.amazonaws.com", effect="Deny"),
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}},
        {},
    ],
)
def test_a_role_that_is_known_not_to_trust_lambda_is_not_waited_for(
    project: Project, server: AwsServer, policy: JsonObject, exists: bool
) -> None:
    if exists:
        project.deploy(project.function({"Role": ROLE.replace("orders", "old")}), project.package())
    server.lambda_.unassumable[ROLE], server.roles["orders"] = 10_000, policy
    before = project.clock.now
    with pytest.raises(AwsError, match="cannot be assumed by Lambda") as caught:
        project.deploy(project.function(), project.package())
    assert project.clock.now == before
    assert "does not name lambda.amazonaws.com" in caught.value.why
    assert "let the role's trust policy allow the service lambda.amazonaws.com" in caught.value.fix


@pytest.mark.parametrize(
    "policy",
    [
        trust("ecs-tasks.amazonaws.com", "lambda.amazonaws.com"),
        {"Statement": {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]}},
        None,
    ],
    ids=["trusts Lambda", "trusts everybody", "cannot be read"],
)
def test_a_role_that_may_only_be_new_is_asked_for_once_and_waited_for(
    project: Project, server: AwsServer, policy: JsonObject | None
) -> None:
    server.lambda_.unassumable[ROLE] = 3
    server.roles |= {"orders": policy} if policy else {}
    project.deploy(project.function(), project.package())
    assert (project.alias(), server.operations.count("GetRole")) == ("1", 1)
