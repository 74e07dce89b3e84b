"""Variables and tags that are removed by declaration, and everything but the code left to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.change import Resource
from tests.fakes.aws_server import Lost, Status
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from lambda_ci.model.change import Plan
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


def after(plan: Plan, resource: Resource) -> dict[str, str]:
    change = plan.find(resource)
    return {one.field: one.after for one in change.fields} if change else {}


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_a_variable_without_a_value_is_removed(project: Project, server: AwsServer, mode: str) -> None:
    project.deploy(project.function(environment={"OLD": "1", "KEEP": "2"}), project.package())
    server.functions["orders"].config["Environment"]["Variables"]["THEIRS"] = "3"
    function = project.function(environment={"OLD": None, "KEEP": "2"}, environment_mode=mode)
    plan = project.plan(function, project.package())
    assert after(plan, Resource.CONFIGURATION)["environment.OLD"] == ""
    project.deploy(function, project.package())
    kept = {"KEEP": "2", "THEIRS": "3"} if mode == "merge" else {"KEEP": "2"}
    assert server.functions["orders"].versions["2"]["Environment"] == {"Variables": kept}
    assert not project.plan(function, project.package()).changed


def test_what_is_not_there_needs_no_removal(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(environment={"KEEP": "2"}), project.package())
    server.requests.clear()
    project.deploy(project.function(environment={"OLD": None}, tags={"old": None}), project.package())
    assert server.operations == ["GetFunction", "GetFunction"]


def test_a_new_function_gets_no_variable_without_a_value(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(environment={"OLD": None, "NEW": "x"}, tags={"old": None}), project.package())
    assert server.functions["orders"].config["Environment"] == {"Variables": {"NEW": "x"}}
    assert server.functions["orders"].tags == {"lambda-ci:project": "shop"}


@pytest.mark.parametrize("ending", ["", "lost", "killed"])
def test_a_tag_without_a_value_is_removed_and_others_stay(project: Project, server: AwsServer, ending: str) -> None:
    project.deploy(project.function(tags={"old": "1", "keep": "2"}), project.package())
    server.functions["orders"].tags["theirs"] = "3"
    server.requests.clear()
    function = project.function(tags={"old": None, "new": "4"})
    assert after(project.plan(function, project.package()), Resource.TAGS) == {"tags.new": "4", "tags.old": ""}
    if ending == "lost":
        server.faults.add("UntagResource", Lost())
        with pytest.raises(AwsError):
            project.deploy(function, project.package())
    if ending == "killed":
        with project.killed_after(3), pytest.raises(Killed):
            project.deploy(function, project.package())
    project.deploy(function, project.package())
    assert server.writes == ["UntagResource", "TagResource"]
    assert server.functions["orders"].tags == {
        "keep": "2", "new": "4", "theirs": "3", "lambda-ci:project": "shop",
    }  # fmt: skip
    assert not project.plan(function, project.package()).changed


def test_who_may_not_untag_is_told_what_to_allow(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(tags={"old": "1"}), project.package())
    words = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:UntagResource on resource: arn:aws:lambda:x"
    server.faults.add("UntagResource", Status(403, "AccessDeniedException", words))
    with pytest.raises(AwsError) as caught:
        project.deploy(project.function(tags={"old": None}), project.package())
    assert "lambda:UntagResource" in caught.value.fix


def test_code_only_touches_nothing_but_the_code_the_version_and_the_alias(project: Project, server: AwsServer) -> None:
    project.deploy(project.function({"Timeout": 3}, environment={"AA": "1"}), project.package("v1"))
    deployed = server.functions["orders"]
    deployed.tags = {"managed": "elsewhere"}
    deployed.config["Layers"] = [server.lambda_.layers.put("shop-deps-0123456789ab")]
    before = dict(deployed.config)
    server.requests.clear()
    function = project.function(
        {"Timeout": 9, "Description": "mine"},
        mode="code-only",
        environment={"AA": None, "BB": "2"},
        environment_mode="replace",
        tags={"team": "a"},
        reserved_concurrency=5,
        url={"auth-type": "NONE"},
        provisioned_concurrency=1,
    )
    package = project.package("v2")
    assert [one.resource for one in project.plan(function, package).changes] == [
        Resource.CODE, Resource.VERSION, Resource.ALIAS,
    ]  # fmt: skip
    project.deploy(function, package)
    assert server.writes == ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert (deployed.config, deployed.tags) == (before, {"managed": "elsewhere"})
    assert project.alias() == "2"
    assert not project.plan(function, package).changed


def test_code_only_releases_what_somebody_else_configured(project: Project, server: AwsServer) -> None:
    function, package = project.function(mode="code-only"), project.package()
    project.deploy(project.function(), package)
    del server.functions["orders"].aliases["live"]
    project.deploy(function, package)
    assert project.alias() == "1"
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction"]
    server.functions["orders"].config["Timeout"] = 77
    project.deploy(function, package)
    assert server.writes == ["PublishVersion", "UpdateAlias"]
    assert server.functions["orders"].versions["2"]["Timeout"] == 77
    assert not project.plan(function, package).changed


def test_code_only_creates_no_function(project: Project, server: AwsServer) -> None:
    with pytest.raises(ConfigurationError, match="`mode: code-only` creates none") as caught:
        project.deploy(project.function(mode="code-only"), project.package())
    assert "create it there first" in caught.value.fix
    assert server.writes == []


def test_several_tags_are_removed_by_one_request(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(tags={"team": "a", "cost": "b", "kept": "c"}), project.package())
    server.requests.clear()
    function = project.function(tags={"team": None, "cost": None})
    project.deploy(function, project.package())
    assert server.writes == ["UntagResource"]
    assert server.functions["orders"].tags == {"kept": "c", "lambda-ci:project": "shop"}
    assert not project.plan(function, project.package()).changed
