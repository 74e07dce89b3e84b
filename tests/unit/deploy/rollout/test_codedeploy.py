"""Rollouts that AWS CodeDeploy makes: what it is told, how it is followed, and what becomes of what it gives up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.rollout.mark import TAG
from lambda_ci.deploy.rollout.shift import roll_out
from lambda_ci.errors import AwsError, RollbackError, VerificationError
from tests.fakes.aws_codedeploy import Failure
from tests.fakes.aws_server import After, Before, Html, Lost, Reset, Status
from tests.unit.deploy.rollout.handing_over import alias, begun, created, rollout, settled

if TYPE_CHECKING:
    from lambda_ci.deploy.release import Release
    from tests.fakes.deployment import Project


def test_codedeploy_moves_the_calls_and_the_alias_remembers(project: Project, new: Release) -> None:
    roll_out(new, rollout(), project.services)
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")
    assert TAG not in project.server.functions["orders"].tags
    told = project.log.getvalue()
    assert "CodeDeploy shop/orders moves the calls to version 2: deployment d-000000001" in told
    assert [line for line in ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic") if line not in told] == []


def test_the_alias_remembers_the_cold_start_as_well(project: Project, new: Release) -> None:
    roll_out(replace(new, init_seconds=0.5), rollout(), project.services)
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1; init 2 500 ms]")


def test_what_codedeploy_is_told(project: Project, new: Release) -> None:
    hooks = {"before-allow-traffic": "CodeDeployHook_check"}
    roll_out(new, rollout(config="CodeDeployDefault.LambdaAllAtOnce", hooks=hooks), project.services)
    [request] = created(project.server)
    assert request["deploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert request["description"] == "lambda-ci: version 2 after 1 of orders:live"
    revision = request["revision"]
    assert isinstance(revision, dict)
    spec = json.loads(revision["appSpecContent"]["content"])
    [resource] = spec["Resources"]
    assert resource["function"]["Properties"] == {
        "Name": "orders",
        "Alias": "live",
        "CurrentVersion": "1",
        "TargetVersion": "2",
    }
    assert spec["Hooks"] == [{"BeforeAllowTraffic": "CodeDeployHook_check"}]


def test_the_mark_names_the_deployment(project: Project, new: Release) -> None:
    marks: list[str] = []
    look = After(lambda: marks.append(project.server.functions["orders"].tags[TAG]))
    project.server.faults.add("TagResource", look, times=2)
    roll_out(new, rollout(), project.services)
    assert [mark.split("/")[4] for mark in marks] == ["codedeploy", "d-000000001"]


@pytest.mark.parametrize("event", ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"])
def test_a_deployment_that_fails_is_told_and_the_calls_are_back(project: Project, new: Release, event: str) -> None:
    project.server.codedeploy.failing = Failure(event, "HOOK_EXECUTION_FAILURE", "The hook said no.")
    with pytest.raises(VerificationError, match="gave up the deployment d-000000001 of version 2") as failed:
        roll_out(new, rollout(), project.services)
    assert failed.value.why.startswith("HOOK_EXECUTION_FAILURE: The hook said no.; ")
    assert f"{event} failed" in failed.value.why
    assert alias(project.server)[:2] == ("1", {})
    assert TAG not in project.server.functions["orders"].tags


@pytest.mark.parametrize("event", ["AllowTraffic", "AfterAllowTraffic"])
def test_calls_that_codedeploy_leaves_where_they_are_are_given_back(project: Project, new: Release, event: str) -> None:
    project.server.codedeploy.failing = Failure(event, "ALARM_ACTIVE", "One or more alarms ring.")
    project.server.codedeploy.going_back = 0
    with pytest.raises(VerificationError, match="gave up"):
        roll_out(new, rollout(), project.services)
    assert alias(project.server)[:2] == ("1", {})


def test_where_the_calls_cannot_be_given_back_it_is_said(project: Project, new: Release) -> None:
    project.server.codedeploy.failing = Failure("AfterAllowTraffic", "ALARM_ACTIVE", "One or more alarms ring.")
    project.server.codedeploy.going_back = 0
    denied = Status(403, "AccessDeniedException", "not authorized to perform: lambda:UpdateAlias")
    project.server.faults.add("UpdateAlias", denied)
    with pytest.raises(RollbackError) as failed:
        roll_out(new, rollout(), project.services)
    assert "ALARM_ACTIVE" in failed.value.why
    assert "lambda-ci rollback" in failed.value.fix


def test_somebody_elses_stop_is_told(project: Project, new: Release) -> None:
    def stop() -> None:
        project.server.codedeploy.answer("StopDeployment", {"deploymentId": "d-000000001", "autoRollbackEnabled": True})

    project.server.faults.add("GetDeployment", Before(stop), after=2)
    with pytest.raises(VerificationError, match="CodeDeploy stopped the deployment d-000000001"):
        roll_out(new, rollout(), project.services)
    assert alias(project.server)[:2] == ("1", {})


@pytest.mark.parametrize("fault", [Lost(), After(lambda: None)])
def test_a_lost_answer_is_recognised(project: Project, new: Release, fault: Lost | After) -> None:
    project.server.faults.add("CreateDeployment", fault)
    roll_out(new, rollout(), project.services)
    assert len(project.server.codedeploy.deployments) == 1
    assert alias(project.server)[:2] == ("2", {})


def test_a_lost_answer_is_recognised_where_the_request_is_made_again(project: Project, new: Release) -> None:
    project.server.faults.add("CreateDeployment", Lost())
    with project.repeating(1):
        roll_out(new, rollout(), project.services)
    assert len(project.server.codedeploy.deployments) == 1


@pytest.mark.parametrize("fault", [Reset(), Html(), Status(500, "InternalFailure")])
def test_where_nothing_is_known_to_have_begun_the_run_ends(
    project: Project, new: Release, fault: Reset | Html | Status
) -> None:
    project.server.faults.add("CreateDeployment", fault)
    with pytest.raises(AwsError):
        roll_out(new, rollout(), project.services)
    assert alias(project.server)[:2] == ("1", {})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("DeploymentGroupDoesNotExistException", "No Deployment Group found for name: orders"),
        ("InvalidRoleException", "The service role ARN was specified in an invalid format."),
        ("AccessDeniedException", "User: u is not authorized to perform: codedeploy:CreateDeployment on resource: x"),
    ],
)
def test_a_refusal_leaves_no_mark(project: Project, new: Release, code: str, message: str) -> None:
    project.server.faults.add("CreateDeployment", Status(400, code, message))
    with pytest.raises(AwsError) as failed:
        roll_out(new, rollout(), project.services)
    assert message in failed.value.what
    assert failed.value.fix
    assert TAG not in project.server.functions["orders"].tags


def test_a_group_at_work_for_another_function_is_waited_for(project: Project, new: Release) -> None:
    orders = project.server.functions["orders"]
    orders.aliases["other"] = {**orders.aliases["live"], "Name": "other"}
    other = begun(project, alias="other")
    roll_out(new, rollout(), project.services)
    assert [one.status for one in project.server.codedeploy.deployments.values()] == ["Succeeded", "Succeeded"]
    assert f"is at work on {other} (theirs): waiting for its end" in project.log.getvalue()


def test_a_group_that_works_for_many_other_functions_is_waited_for_as_long(project: Project, new: Release) -> None:
    orders, codedeploy = project.server.functions["orders"], project.server.codedeploy
    orders.aliases["other"] = {**orders.aliases["live"], "Name": "other"}
    theirs = codedeploy.deployments[begun(project, alias="other")]
    codedeploy.run_to_its_end(theirs.identity)

    def be_faster() -> None:
        if all(one.over for one in codedeploy.deployments.values()):
            identity = f"d-{len(codedeploy.deployments) + 1:09X}"
            codedeploy.deployments[identity] = replace(theirs, identity=identity, status="Created", left=[])

    project.server.faults.add("CreateDeployment", Before(be_faster), times=15)
    roll_out(new, rollout(), project.services)
    assert project.log.getvalue().count("waiting for its end") == 15
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")


def test_the_deployment_of_a_killed_run_is_joined(project: Project, new: Release) -> None:
    begun(project, alias="live", description="lambda-ci: version 2 after 1 of orders:live")
    roll_out(new, rollout(), project.services)
    assert len(project.server.codedeploy.deployments) == 1
    assert "the deployment d-000000001 of CodeDeploy does this already" in project.log.getvalue()
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")


def test_the_way_back_of_another_deployment_is_waited_for_and_not_joined(project: Project, new: Release) -> None:
    """It has the description of what it takes back."""
    project.server.codedeploy.going_back = 6
    identity = begun(project, alias="live", description="lambda-ci: version 2 after 1 of orders:live")
    project.aws.codedeploy().stop(identity)
    roll_out(new, rollout(), project.services)
    assert len(project.server.codedeploy.deployments) == 3
    assert "is at work on d-000000002" in project.log.getvalue()
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")


def test_an_alias_that_others_moved_stays_where_it_is(project: Project, new: Release) -> None:
    orders = project.server.functions["orders"]
    orders.versions["3"] = {**orders.versions["2"], "Version": "3"}

    def move() -> None:
        orders.aliases["live"] |= {"FunctionVersion": "3", "RevisionId": "theirs", "RoutingConfig": {}}

    project.server.codedeploy.going_back = 0
    project.server.faults.add("GetDeployment", Before(move), after=2)
    with pytest.raises(VerificationError) as failed:
        roll_out(new, rollout(), project.services)
    assert "alias version does not match" in failed.value.why
    assert "all calls of live go to version 3" in failed.value.fix
    assert alias(project.server)[:2] == ("3", {})


def test_an_alias_that_others_split_is_left_alone(project: Project, new: Release) -> None:
    orders = project.server.functions["orders"]
    orders.aliases["live"]["RoutingConfig"] = {"AdditionalVersionWeights": {"2": 0.5}}
    with pytest.raises(AwsError, match="changed by somebody else"):
        roll_out(new, rollout(), project.services)
    assert created(project.server) == []


def test_a_silent_codedeploy_goes_on_and_is_waited_for_by_the_next_run(project: Project, new: Release) -> None:
    project.server.faults.add("GetDeployment", Status(500, "InternalFailure"), after=1, times=3)
    with pytest.raises(AwsError, match="CodeDeploy goes on with d-000000001") as failed:
        roll_out(new, rollout(), project.services)
    assert "run this again" in failed.value.fix
    assert settled(project)
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")


def test_a_first_release_and_an_alias_of_latest_move_at_once_and_it_is_said(project: Project, new: Release) -> None:
    project.server.functions["orders"].aliases["live"]["FunctionVersion"] = "$LATEST"
    roll_out(replace(new, previous_version="$LATEST"), rollout(), project.services)
    assert created(project.server) == []
    assert "all calls move at once (CodeDeploy shop/orders)" in project.log.getvalue()
