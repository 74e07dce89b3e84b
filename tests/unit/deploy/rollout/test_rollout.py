"""Moving traffic in steps: the schedule, the watch, and the way back from every kind of trouble."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambda_ci.deploy.live import look
from lambda_ci.deploy.rollout.mark import TAG
from lambda_ci.deploy.rollout.settle import settle
from lambda_ci.deploy.rollout.shift import roll_out
from lambda_ci.deploy.rollout.steps import Step, steps
from lambda_ci.errors import AwsError, ConfigurationError, RollbackError, VerificationError
from lambda_ci.model.spec.serving import RolloutSpec
from tests.fakes.aws_server import After, Before, Html, Status
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.release import Release
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

CANARY = {"strategy": "canary", "percent": 10, "minutes": 5}
LINEAR = {"strategy": "linear", "percent": 40, "minutes": 2}
OK = {"Invocations": 100, "Errors": 0}
BAD = {"Invocations": 100, "Errors": 7}


def spec(**fields: object) -> RolloutSpec:
    return RolloutSpec.model_validate({key.replace("_", "-"): value for key, value in fields.items()}, strict=False)


def alias(server: AwsServer) -> tuple[str, Mapping[str, float]]:
    found = server.functions["orders"].aliases["live"]
    return found["FunctionVersion"], found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def weights(server: AwsServer) -> list[object]:
    """What each write of the alias said."""
    writes = [one.parameters for one in server.requests if one.operation == "UpdateAlias"]
    return [one["RoutingConfig"]["AdditionalVersionWeights"] for one in writes]


def counting(server: AwsServer, *answers: Mapping[str, int]) -> None:
    """CloudWatch's figures, one after the other; the last stays."""
    left = list(answers)

    def counts(_version: str) -> Mapping[str, int]:
        return left[0] if len(left) == 1 else left.pop(0)

    server.cloudwatch.counts = counts


@pytest.mark.parametrize(
    ("rollout", "expected"),
    [
        ({}, ()),
        (CANARY, (Step(0.1, 300),)),
        (LINEAR, (Step(0.4, 120), Step(0.8, 120))),
        ({"strategy": "linear", "percent": 50, "minutes": 1}, (Step(0.5, 60),)),
        ({"strategy": "canary", "percent": 0.5, "minutes": 0.5}, (Step(0.005, 30),)),
    ],
)
def test_the_steps_of_a_strategy(rollout: dict[str, object], expected: tuple[Step, ...]) -> None:
    assert steps(spec(**rollout)) == expected


@given(st.floats(0.01, 99), st.floats(0.01, 1440))
@example(0.09424920821653689, 1.0)
def test_weights_grow_and_stay_below_all(percent: float, minutes: float) -> None:
    planned = steps(spec(strategy="linear", percent=percent, minutes=minutes))
    found = [step.weight for step in planned]
    assert found == sorted(found)
    assert all(0 < weight < 1 for weight in found)


def test_a_canary_gets_its_share_then_everything(project: Project, new: Release) -> None:
    counting(project.server, OK)
    roll_out(new, spec(**CANARY), project.services)
    assert weights(project.server) == [{"2": 0.1}, {}]
    assert alias(project.server) == ("2", {})
    assert sum(project.clock.slept) >= 300
    assert TAG not in project.server.functions["orders"].tags


def test_linear_goes_step_by_step(project: Project, new: Release) -> None:
    roll_out(new, spec(**LINEAR), project.services)
    assert weights(project.server) == [{"2": 0.4}, {"2": 0.8}, {}]


def test_a_first_release_and_all_at_once_move_at_once(project: Project, new: Release) -> None:
    roll_out(new, spec(), project.services)
    assert (weights(project.server), alias(project.server)) == ([{}], ("2", {}))
    assert "GetMetricData" not in project.server.operations


def test_errors_of_the_new_version_give_the_calls_back(project: Project, new: Release) -> None:
    counting(project.server, OK, OK, OK, OK, BAD)
    with pytest.raises(VerificationError, match="did badly with 10%") as failed:
        roll_out(new, spec(**CANARY), project.services)
    assert "7 of 100 calls failed (7.0 %, allowed 1 %)" in failed.value.why
    assert alias(project.server) == ("1", {})
    assert TAG not in project.server.functions["orders"].tags


def test_an_alarm_gives_the_calls_back(project: Project, new: Release) -> None:
    project.server.cloudwatch.alarms = {"late": "OK"}
    rings = After(lambda: project.server.cloudwatch.alarms.update(late="ALARM"))
    project.server.faults.add("UpdateAlias", rings)
    with pytest.raises(VerificationError) as failed:
        roll_out(new, spec(**CANARY, alarms=["late"]), project.services)
    assert failed.value.why == "the alarm late rings: late crossed its threshold"
    assert alias(project.server) == ("1", {})


def test_an_alarm_that_does_not_exist_stops_before_any_call_moves(project: Project, new: Release) -> None:
    with pytest.raises(ConfigurationError, match="there is no alarm late, other"):
        roll_out(new, spec(**CANARY, alarms=["other", "late"]), project.services)
    assert project.server.writes == []


def test_an_alarm_that_rings_already_stops_before_any_call_moves(project: Project, new: Release) -> None:
    project.server.cloudwatch.alarms = {"late": "ALARM"}
    with pytest.raises(VerificationError, match="did not begin"):
        roll_out(new, spec(**CANARY, alarms=["late"]), project.services)
    assert project.server.writes == []


def test_without_the_right_to_look_nothing_begins(project: Project, new: Release) -> None:
    denied = "User: x is not authorized to perform: cloudwatch:GetMetricData on resource: *"
    project.server.faults.add("GetMetricData", Status(403, "AccessDenied", denied))
    with pytest.raises(AwsError, match="GetMetricData"):
        roll_out(new, spec(**CANARY), project.services)
    assert project.server.writes == []


def test_cloudwatch_may_be_silent_for_a_moment_but_not_for_long(project: Project, new: Release) -> None:
    broken = Status(500, "InternalFailure", "")
    project.server.faults.add("GetMetricData", broken, after=1, times=2)
    roll_out(new, spec(**CANARY), project.services)
    assert alias(project.server) == ("2", {})


def test_blind_for_long_the_calls_go_back(project: Project, new: Release) -> None:
    project.server.faults.add("GetMetricData", Status(500, "InternalFailure", ""), after=1, times=3)
    with pytest.raises(AwsError):
        roll_out(new, spec(**CANARY), project.services)
    assert alias(project.server) == ("1", {})


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_a_signal_gives_the_calls_back(project: Project, new: Release, kind: type[BaseException]) -> None:
    def interrupt() -> None:
        raise kind

    slept = project.clock.sleep

    def sleep(seconds: float) -> None:
        slept(seconds)
        interrupt()

    project.clock.sleep = sleep  # type: ignore[method-assign]
    with pytest.raises(kind):
        roll_out(new, spec(**CANARY), project.services)
    assert alias(project.server) == ("1", {})
    assert TAG not in project.server.functions["orders"].tags


def test_a_mark_that_aws_did_not_take_begins_nothing(project: Project, new: Release) -> None:
    project.server.faults.add("TagResource", Html())
    with pytest.raises(AwsError, match="not one of AWS"):
        roll_out(new, spec(**CANARY), project.services)
    assert (weights(project.server), alias(project.server)) == ([], ("1", {}))


def test_where_the_calls_cannot_go_back_it_is_said(project: Project, new: Release) -> None:
    counting(project.server, OK, BAD)
    denied = Status(403, "AccessDeniedException", "not authorized to perform: lambda:UpdateAlias")
    project.server.faults.add("UpdateAlias", denied, after=1)
    with pytest.raises(RollbackError) as failed:
        roll_out(new, spec(**CANARY), project.services)
    assert "lambda-ci rollback" in failed.value.fix
    assert "did badly" in failed.value.why


def test_another_who_moves_the_alias_ends_the_rollout_and_keeps_what_he_did(project: Project, new: Release) -> None:
    orders = project.server.functions["orders"]
    orders.versions["3"] = {**orders.versions["2"], "Version": "3"}

    def move() -> None:
        orders.aliases["live"] |= {"FunctionVersion": "3", "RevisionId": "other"}

    project.server.faults.add("UpdateAlias", Before(move))
    with pytest.raises(RollbackError, match="now at version 3"):
        roll_out(new, spec(**CANARY), project.services)
    assert alias(project.server) == ("3", {})


def test_a_rollout_of_another_run_is_left_alone(project: Project, new: Release) -> None:
    rollout = spec(**CANARY)
    with pytest.raises((Killed, RollbackError)), project.killed_for_good_after(6):
        roll_out(new, rollout, project.services)
    live = look(project.client, "orders")
    assert live
    before, began = alias(project.server), project.clock.now
    sign = After(lambda: project.server.functions["orders"].tags.update({TAG: "live/1/2/20261121T080300Z"}))
    project.server.faults.add("GetFunction", sign, after=1)
    with pytest.raises(AwsError, match="another run moves the alias live of orders from version 1 to 2"):
        settle("orders", live, spec(), project.services)
    assert (alias(project.server), project.clock.now - began) == (before, 30)


@pytest.mark.parametrize("ended", [False, True])
def test_a_run_that_was_killed_a_moment_ago_needs_no_third_run(project: Project, new: Release, *, ended: bool) -> None:
    """Nobody knows that it was killed until its next sign of life fails to come; or it was alive, and ends well meanwhile."""
    with pytest.raises((Killed, RollbackError)), project.killed_for_good_after(6):
        roll_out(new, spec(**CANARY), project.services)
    live = look(project.client, "orders")
    assert live
    began = project.clock.now
    if ended:
        orders = project.server.functions["orders"]
        done = After(lambda: (orders.tags.pop(TAG), orders.aliases["live"].pop("RoutingConfig")))
        project.server.faults.add("GetFunction", done, after=0)
    assert settle("orders", live, spec(), project.services)
    assert (alias(project.server), TAG in project.server.functions["orders"].tags) == (("1", {}), False)
    assert (project.clock.now - began < 30) is ended


def test_a_rollback_by_another_ends_the_rollout_and_is_not_undone(project: Project, new: Release) -> None:
    """All calls go to version 1 again while this run watches: it must not send them to version 2 after all."""

    def clear() -> None:
        project.server.functions["orders"].aliases["live"] |= {"RoutingConfig": {}, "RevisionId": "theirs"}

    project.server.faults.add("GetMetricData", After(clear), after=3)
    with pytest.raises(AwsError, match="changed by somebody else") as failed:
        roll_out(new, spec(**CANARY), project.services)
    assert "split now: none" in failed.value.what
    assert (weights(project.server), alias(project.server)) == ([{"2": 0.1}], ("1", {}))
    assert TAG not in project.server.functions["orders"].tags


def test_a_rollback_by_another_in_the_last_moment_is_not_undone(project: Project, new: Release) -> None:
    def clear() -> None:
        project.server.functions["orders"].aliases["live"] |= {"RoutingConfig": {}, "RevisionId": "theirs"}

    project.server.faults.add("UpdateAlias", Before(clear), after=1)
    with pytest.raises(AwsError, match="changed by somebody else"):
        roll_out(new, spec(**LINEAR), project.services)
    assert alias(project.server) == ("1", {})


@pytest.mark.parametrize("previous", ["$LATEST", "2"])
def test_what_cannot_be_split_moves_at_once(project: Project, new: Release, previous: str) -> None:
    """Lambda splits calls neither with $LATEST nor of a version with itself."""
    project.server.functions["orders"].aliases["live"]["FunctionVersion"] = previous
    roll_out(replace(new, previous_version=previous), spec(**CANARY), project.services)
    assert alias(project.server) == ("2", {})
    assert "GetMetricData" not in project.server.operations


def test_a_signal_at_the_first_mark_leaves_no_mark(project: Project, new: Release) -> None:
    def asked(**_: object) -> None:
        project.client.meta.events.unregister("after-call.lambda.TagResource", asked)
        signal.raise_signal(signal.SIGINT)

    project.client.meta.events.register("after-call.lambda.TagResource", asked)
    with pytest.raises(KeyboardInterrupt):
        roll_out(new, spec(**CANARY), project.services)
    assert alias(project.server) == ("1", {})
    assert TAG not in project.server.functions["orders"].tags


def test_cloudwatch_is_asked_for_time_that_has_passed_in_whole_minutes(project: Project, new: Release) -> None:
    roll_out(new, spec(**CANARY), project.services)
    asked = [one.parameters for one in project.server.requests if one.operation == "GetMetricData"]
    assert all(one["EndTime"] - one["StartTime"] >= 60 for one in asked)
