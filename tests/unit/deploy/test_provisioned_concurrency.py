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

GET, PUT = "GetProvisionedConcurrencyConfig", "PutProvisionedConcurrencyConfig"
DELETE = "DeleteProvisionedConcurrencyConfig"


def warm(server: AwsServer) -> int | None:
    found = server.functions["orders"].warm.get("live")
    return found.requested if found else None


def deployed(project: Project, server: AwsServer, count: JsonValue = None) -> None:
    project.deploy(project.function(provisioned_concurrency=count), project.package())
    server.requests.clear()


def test_a_first_deploy_asks_for_it_after_the_alias_and_waits_until_all_are_ready(
    project: Project, server: AwsServer
) -> None:
    function, package = project.function(provisioned_concurrency=2), project.package()
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", PUT]
    assert server.operations[-2:] == [GET, GET]
    assert project.clock.slept[-1] == 5.0
    assert warm(server) == 2
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction", GET]


@pytest.mark.parametrize(
    ("before", "after", "action", "writes"),
    [
        (None, 2, Action.CREATE, [PUT]),
        (2, 3, Action.UPDATE, [PUT]),
        (2, "none", Action.DELETE, [DELETE]),
        (None, "none", None, []),
        (2, None, None, []),
    ],
)
def test_a_count_alone_publishes_nothing(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, action: Action | None, writes: list[str]
) -> None:
    deployed(project, server, before)
    function, package = project.function(provisioned_concurrency=after), project.package()
    changes = [(one.resource, one.action) for one in project.plan(function, package).changes]
    assert changes == ([(Resource.PROVISIONED_CONCURRENCY, action)] if action else [])
    project.deploy(function, package)
    assert server.writes == writes
    assert warm(server) == (before if after is None else None if after == "none" else after)
    assert not project.plan(function, package).changed


def test_a_new_version_is_waited_for_as_well(project: Project, server: AwsServer) -> None:
    deployed(project, server, 2)
    function, package = project.function(provisioned_concurrency=2), project.package("v2")
    project.deploy(function, package)
    assert PUT not in server.writes
    assert server.operations[-3:] == ["UpdateAlias", GET, GET]
    assert not project.plan(function, package).changed


def test_a_run_killed_while_it_waits_is_finished_by_the_next_without_asking_again(
    project: Project, server: AwsServer
) -> None:
    deployed(project, server)
    function, package = project.function(provisioned_concurrency=2), project.package()
    server.lambda_.warming = 5
    with project.killed_after(4), pytest.raises(Killed):
        project.deploy(function, package)
    change = project.plan(function, package).find(Resource.PROVISIONED_CONCURRENCY)
    assert change
    assert [(one.field, one.before, one.after) for one in change.fields] == [("status", "IN_PROGRESS", "READY")]
    server.requests.clear()
    project.deploy(function, package)
    assert server.writes == []
    assert not project.plan(function, package).changed


def test_what_failed_is_explained_and_asked_for_again(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.warmed = ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    function, package = project.function(provisioned_concurrency=2), project.package()
    with pytest.raises(AwsError, match="could not keep 2 environments of orders:live warm: FUNCTION_ERROR") as caught:
        project.deploy(function, package)
    assert "lambda-ci rollback" in caught.value.fix
    server.lambda_.warmed = ("READY", "")
    project.deploy(function, package)
    assert server.writes == [PUT, PUT]
    assert not project.plan(function, package).changed


def test_what_never_gets_ready_ends_the_run_after_its_deadline(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.warming = 10_000
    with pytest.raises(AwsError, match="not warm after 900 s") as caught:
        project.deploy(project.function(provisioned_concurrency=2), project.package())
    assert "run this again" in caught.value.fix
    assert 900 <= project.clock.now < 1000


@pytest.mark.parametrize(("before", "after", "write"), [(None, 2, PUT), (2, "none", DELETE)])
def test_a_lost_answer_is_made_up_for(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, write: str
) -> None:
    deployed(project, server, before)
    function, package = project.function(provisioned_concurrency=after), project.package()
    server.faults.add(write, Lost())
    project.deploy(function, package)
    assert server.writes == [write]
    assert not project.plan(function, package).changed


@pytest.mark.parametrize("action", [GET, PUT])
def test_who_may_not_is_told_what_to_allow(project: Project, server: AwsServer, action: str) -> None:
    deployed(project, server)
    words = f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:{action} on resource: arn:aws:lambda:x"
    server.faults.add(action, Status(403, "AccessDeniedException", words))
    with pytest.raises(AwsError, match=f"lambda:{action}") as caught:
        project.deploy(project.function(provisioned_concurrency=2), project.package())
    assert f"lambda:{action}" in caught.value.fix
