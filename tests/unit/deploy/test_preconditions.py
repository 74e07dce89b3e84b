"""What can only be told beside what others have set: refused before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import ConfigurationError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

NETWORK: JsonValue = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": True}


def test_variables_that_are_too_large_together_are_refused_without_their_values(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function(), project.package())
    server.functions["orders"].config["Environment"] = {"Variables": {"THEIRS": "hunter2" * 500}}
    server.requests.clear()
    with pytest.raises(ConfigurationError, match=r"would take 40\d\d bytes|would take 4\d\d\d bytes") as caught:
        project.deploy(project.function(environment={"OURS": "hunter3" * 100}), project.package("v2"))
    assert "Lambda allows 4096" in caught.value.what
    assert "it has THEIRS" in caught.value.why
    assert "hunter" not in str(caught.value)
    assert server.writes == []
    project.deploy(
        project.function(environment={"OURS": "hunter3" * 100}, environment_mode="replace"), project.package("v2")
    )
    assert project.alias() == "2"


def test_more_tags_than_aws_allows_are_refused(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    server.functions["orders"].tags |= {f"theirs{number}": "x" for number in range(49)}
    server.requests.clear()
    with pytest.raises(ConfigurationError, match="would have 51 tags, and AWS allows 50"):
        project.deploy(project.function({"Timeout": 9}, tags={"team": "a"}), project.package())
    assert server.writes == []
    project.deploy(project.function({"Timeout": 9}, tags={"team": "a", "theirs0": None}), project.package())
    assert len(server.functions["orders"].tags) == 50


@pytest.mark.parametrize(
    ("declared", "missing"),
    [({"SubnetIds": ["subnet-1"]}, "security-group-ids"), ({"SecurityGroupIds": ["sg-1"]}, "subnet-ids")],
)
@pytest.mark.parametrize("exists", [False, True])
def test_half_a_network_is_refused(
    project: Project, server: AwsServer, exists: bool, declared: JsonValue, missing: str
) -> None:
    if exists:
        project.deploy(project.function(), project.package())
    server.requests.clear()
    with pytest.raises(ConfigurationError, match=f"would have no {missing}"):
        project.deploy(project.function({"VpcConfig": declared}), project.package())
    assert server.writes == []


def test_a_network_is_left_by_empty_subnets(project: Project, server: AwsServer) -> None:
    project.deploy(project.function({"VpcConfig": NETWORK}), project.package())
    project.deploy(project.function({"VpcConfig": {"SubnetIds": ["subnet-2"]}}), project.package())
    assert server.functions["orders"].config["VpcConfig"]["SecurityGroupIds"] == ["sg-1"]
    left = project.function({"VpcConfig": {"SubnetIds": []}})
    project.deploy(left, project.package())
    assert server.functions["orders"].config["VpcConfig"] == {"SubnetIds": [], "SecurityGroupIds": []}
    assert not project.plan(left, project.package()).changed
