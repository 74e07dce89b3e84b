"""A signal while AWS CodeDeploy moves calls: the deployment is stopped, and the calls are back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.rollout.mark import TAG
from lambda_ci.deploy.rollout.shift import roll_out
from lambda_ci.errors import RollbackError
from tests.fakes.aws_server import Before, Status
from tests.unit.deploy.rollout.handing_over import alias, interrupted, rollout, settled

if TYPE_CHECKING:
    from lambda_ci.deploy.release import Release
    from tests.fakes.deployment import Project


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("looks", [0, 1, 2])
def test_a_signal_stops_the_deployment(project: Project, new: Release, kind: type[BaseException], looks: int) -> None:
    interrupted(project, after=looks, kind=kind)
    with pytest.raises(kind):
        roll_out(new, rollout(), project.services)
    assert "StopDeployment" in project.server.operations
    assert alias(project.server)[:2] == ("1", {})
    assert TAG not in project.server.functions["orders"].tags
    assert "all calls of live go to version 1" in project.log.getvalue()


def test_a_signal_waits_no_longer_than_a_cancelled_job_may(project: Project, new: Release) -> None:
    project.server.codedeploy.going_back = 1000
    came = interrupted(project, after=2)
    with pytest.raises(KeyboardInterrupt):
        roll_out(new, rollout(), project.services)
    told = project.log.getvalue()
    assert "is told to end d-000000001; the next run looks where the calls are" in told
    assert project.clock.now - came[0] <= 8
    assert TAG in project.server.functions["orders"].tags


def test_a_signal_that_comes_too_late_leaves_the_rest_to_the_next_run(project: Project, new: Release) -> None:
    def finish() -> None:
        project.server.codedeploy.run_to_its_end("d-000000001")

    project.server.faults.add("StopDeployment", Before(finish))
    interrupted(project, after=1)
    with pytest.raises(KeyboardInterrupt):
        roll_out(new, rollout(), project.services)
    assert alias(project.server) == ("2", {}, "[lambda-ci: 1]")
    assert settled(project)
    assert alias(project.server) == ("2", {}, "[lambda-ci: 2 < 1]")
    assert TAG not in project.server.functions["orders"].tags


def test_where_it_cannot_be_stopped_the_command_is_named(project: Project, new: Release) -> None:
    denied = Status(403, "AccessDeniedException", "User: u is not authorized to perform: codedeploy:StopDeployment")
    project.server.faults.add("StopDeployment", denied)
    interrupted(project, after=1)
    with pytest.raises(RollbackError) as failed:
        roll_out(new, rollout(), project.services)
    assert "--deployment-id d-000000001" in failed.value.fix
    assert "codedeploy:StopDeployment" in failed.value.why
