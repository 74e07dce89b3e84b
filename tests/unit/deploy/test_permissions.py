"""Who else may invoke the alias: statements of ours in its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from tests.fakes.aws_server import Html, Lost, Reset, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

BUCKET: Mapping[str, JsonValue] = {
    "principal": "s3.amazonaws.com",
    "source-arn": "arn:aws:s3:::uploads",
    "source-account": "123456789012",
}
TOPIC: Mapping[str, JsonValue] = {
    "principal": "sns.amazonaws.com",
    "source-arn": "arn:aws:sns:eu-west-1:123456789012:t",
}
ACCOUNT: Mapping[str, JsonValue] = {"principal": "210987654321", "principal-org-id": "o-a1b2c3d4e5"}
ROLE: Mapping[str, JsonValue] = {"principal": "arn:aws:iam::210987654321:role/caller"}


def permitted(*permissions: Mapping[str, JsonValue]) -> list[JsonValue]:
    return [{"permission": dict(one)} for one in permissions]


def deployed(project: Project, server: AwsServer, *permissions: Mapping[str, JsonValue]) -> None:
    project.deploy(project.function(triggers=permitted(*permissions)), project.package())
    server.requests.clear()


def principals(server: AwsServer) -> list[str]:
    found = server.functions["orders"].statements.get("live", {}).values()
    return sorted(next(iter(one["Principal"].values())) for one in found)


def test_statements_come_after_the_alias_and_cost_one_look(project: Project, server: AwsServer) -> None:
    function, package = project.function(triggers=permitted(BUCKET, TOPIC, ACCOUNT, ROLE)), project.package()
    plan = project.plan(function, package)
    assert [one.name for one in plan.changes if one.resource is Resource.PERMISSION] == [
        "s3.amazonaws.com for arn:aws:s3:::uploads, 123456789012",
        "sns.amazonaws.com for arn:aws:sns:eu-west-1:123456789012:t",
        "210987654321 for o-a1b2c3d4e5",
        "arn:aws:iam::210987654321:role/caller",
    ]
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", *["AddPermission"] * 4]
    statements = server.functions["orders"].statements["live"].values()
    conditions = [one.get("Condition") for one in statements]
    assert conditions == [
        {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"},
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
        },
        {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:eu-west-1:123456789012:t"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        None,
    ]
    assert all(one["Action"] == "lambda:InvokeFunction" for one in statements)
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction", "GetPolicy"]


def test_a_changed_one_is_added_before_the_old_one_goes(project: Project, server: AwsServer) -> None:
    deployed(project, server, BUCKET, TOPIC)
    function = project.function(triggers=permitted({**BUCKET, "source-arn": "arn:aws:s3:::inbox"}, TOPIC))
    plan = project.plan(function, project.package())
    assert [(one.resource, one.action) for one in plan.changes] == [
        (Resource.PERMISSION, Action.CREATE),
        (Resource.PERMISSION, Action.DELETE),
    ]
    project.deploy(function, project.package())
    assert server.writes == ["AddPermission", "RemovePermission"]
    assert not project.plan(function, project.package()).changed


def test_one_that_is_written_twice_is_one(project: Project, server: AwsServer) -> None:
    deployed(project, server, BUCKET, BUCKET)
    assert principals(server) == ["s3.amazonaws.com"]


def test_those_of_others_stay_and_are_told(project: Project, server: AwsServer) -> None:
    deployed(project, server, BUCKET)
    request = {"StatementId": "theirs", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    project.client.add_permission(FunctionName="orders", Qualifier="live", **request)  # type: ignore[arg-type]
    function = project.function(triggers=[])
    assert [one.found for one in project.plan(function, project.package()).drift] == ["theirs"]
    project.deploy(function, project.package())
    assert principals(server) == ["events.amazonaws.com"]


def test_what_somebody_changed_is_put_back(project: Project, server: AwsServer) -> None:
    deployed(project, server, BUCKET)
    statements = server.functions["orders"].statements["live"]
    statements[next(iter(statements))]["Principal"] = "*"
    function = project.function(triggers=permitted(BUCKET))
    change = project.plan(function, project.package()).changes[0]
    assert (change.action, change.fields[0].before) == (Action.UPDATE, "(something else)")
    project.deploy(function, project.package())
    assert (server.writes, principals(server)) == (["RemovePermission", "AddPermission"], ["s3.amazonaws.com"])


@pytest.mark.parametrize(
    "fault", [Lost(), Reset(), Html(), Status(500, "ServiceException", "x")], ids=lambda one: type(one).__name__
)
@pytest.mark.parametrize(
    ("before", "after", "write"), [([], [BUCKET], "AddPermission"), ([BUCKET], [], "RemovePermission")]
)
def test_whatever_goes_wrong_the_next_run_converges(
    project: Project,
    server: AwsServer,
    before: list[Mapping[str, JsonValue]],
    after: list[Mapping[str, JsonValue]],
    write: str,
    fault: Lost | Reset | Html | Status,
) -> None:
    deployed(project, server, *before)
    function, package = project.function(triggers=permitted(*after)), project.package()
    server.faults.add(write, fault)
    failed = False
    try:
        project.deploy(function, package)
    except AwsError:
        failed = True
    assert failed is not isinstance(fault, Lost)
    project.deploy(function, package)
    assert (len(principals(server)), server.writes.count(write)) == (len(after), 1 if isinstance(fault, Lost) else 2)


def test_a_principal_that_aws_does_not_know_is_said(project: Project, server: AwsServer) -> None:
    with pytest.raises(AwsError, match="The provided principal was invalid"):
        deployed(project, server, {"principal": "nobody"})
    assert project.alias() == "1"
