"""What the tests of rollouts by AWS CodeDeploy share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.codedeploy import Group, Shift
from lambda_ci.deploy.live import look
from lambda_ci.deploy.rollout.settle import settle
from lambda_ci.model.spec.serving import RolloutSpec

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


def rollout(**fields: object) -> RolloutSpec:
    """By the group of the fixture ``new``."""
    group = {"application": "shop", "group": "orders", **fields}
    return RolloutSpec.model_validate({"codedeploy": group}, strict=False)


def alias(server: AwsServer) -> tuple[str, dict[str, float], str]:
    found = server.functions["orders"].aliases["live"]
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return found["FunctionVersion"], weights, found["Description"]


def created(server: AwsServer) -> list[dict[str, object]]:
    return [one.parameters for one in server.requests if one.operation == "CreateDeployment"]


def begun(project: Project, *, alias: str, description: str = "theirs") -> str:
    """A deployment of somebody else."""
    group = Group(application="shop", name="orders")
    shift = Shift(function_name="orders", alias=alias, before="1", after="2")
    identity = project.aws.codedeploy().create(group, shift)
    project.server.codedeploy.deployments[identity].request["description"] = description
    return identity


def interrupted(project: Project, *, after: int, kind: type[BaseException] = KeyboardInterrupt) -> list[float]:
    """A signal while the run waits, after so many looks; when it came, once it has."""
    slept, left, came = project.clock.sleep, [after], list[float]()

    def sleep(seconds: float) -> None:
        slept(seconds)
        left[0] -= 1
        if left[0] == -1:
            came.append(project.clock.now)
            raise kind

    project.clock.sleep = sleep  # type: ignore[method-assign]
    return came


def settled(project: Project) -> bool:
    live = look(project.client, "orders")
    assert live
    return settle("orders", live, rollout(), project.services)
