from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from tests.fakes.aws_server import Lost, Status
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

PUT, DELETE = "PutFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:failed"
ONCE: JsonValue = {"maximum-retry-attempts": 0}
TOLD: JsonValue = {"on-failure": QUEUE}


def rules(server: AwsServer) -> dict[str, object]:
    found = server.functions["orders"].events.get("live", {})
    return {name: value for name, value in found.items() if name not in {"FunctionArn", "LastModified"}}


def deployed(project: Project, server: AwsServer, rules: JsonValue = None) -> None:
    project.deploy(project.function(None, **{"async": rules}), project.package())
    server.requests.clear()


def test_a_first_deploy_sets_them_after_the_alias(project: Project, server: AwsServer) -> None:
    declared: JsonValue = {**dict(ONCE), **dict(TOLD), "maximum-event-age-in-seconds": 60}  # type: ignore[arg-type]
    function, package = project.function(None, **{"async": declared}), project.package()
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", PUT]
    assert rules(server) == {
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
    }
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction", "GetFunctionEventInvokeConfig"]


@pytest.mark.parametrize(
    ("before", "after", "action", "expected"),
    [
        (None, ONCE, Action.CREATE, {"MaximumRetryAttempts": 0}),
        (
            TOLD,
            ONCE,
            Action.UPDATE,
            {"MaximumRetryAttempts": 0, "DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
        ),
        (ONCE, {"maximum-retry-attempts": 1}, Action.UPDATE, {"MaximumRetryAttempts": 1}),
        (TOLD, {"on-failure": "none"}, Action.UPDATE, {}),
        (ONCE, "none", Action.DELETE, {}),
        (None, "none", None, {}),
        (None, {"maximum-retry-attempts": 2, "maximum-event-age-in-seconds": 21600}, None, {}),
        (ONCE, None, None, {"MaximumRetryAttempts": 0}),
        (ONCE, {}, None, {"MaximumRetryAttempts": 0}),
    ],
)
def test_what_is_declared_changes_and_the_rest_stays(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, action: Action | None, expected: object
) -> None:
    deployed(project, server, before)
    function, package = project.function(None, **{"async": after}), project.package()
    changes = [(one.resource, one.action) for one in project.plan(function, package).changes]
    assert changes == ([(Resource.ASYNC, action)] if action else [])
    project.deploy(function, package)
    assert server.writes == ([] if action is None else [PUT] if expected else [DELETE])
    assert rules(server) == expected
    assert not project.plan(function, package).changed


@pytest.mark.parametrize(("before", "after", "write"), [(None, ONCE, PUT), (ONCE, "none", DELETE)])
def test_a_lost_answer_and_a_killed_run_are_made_up_for(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, write: str
) -> None:
    deployed(project, server, before)
    function, package = project.function(None, **{"async": after}), project.package()
    server.faults.add(write, Lost())
    project.deploy(function, package)
    assert server.writes == [write]
    assert not project.plan(function, package).changed
    server.reset()
    deployed(project, server, before)
    project_package = project.package("v2")
    with project.killed_after(9), pytest.raises(Killed):
        project.deploy(function, project_package)
    assert project.alias() == "2"
    project.deploy(function, project_package)
    assert not project.plan(function, project_package).changed


@pytest.mark.parametrize("action", [PUT, "GetFunctionEventInvokeConfig"])
def test_who_may_not_is_told_what_to_allow(project: Project, server: AwsServer, action: str) -> None:
    deployed(project, server)
    words = f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:{action} on resource: arn:aws:lambda:x"
    server.faults.add(action, Status(403, "AccessDeniedException", words))
    with pytest.raises(AwsError, match=f"lambda:{action}") as caught:
        project.deploy(project.function(None, **{"async": ONCE}), project.package())
    assert f"lambda:{action}" in caught.value.fix
