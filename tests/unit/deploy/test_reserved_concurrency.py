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


def reserved(server: AwsServer) -> int | None:
    return server.functions["orders"].reserved


def test_a_new_function_gets_its_reservation_before_its_version(project: Project, server: AwsServer) -> None:
    function, package = project.function(reserved_concurrency=5), project.package()
    plan = project.plan(function, package)
    change = plan.find(Resource.RESERVED_CONCURRENCY)
    assert change
    assert (change.action, change.fields[0].before, change.fields[0].after) == (Action.CREATE, "", "5")
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PutFunctionConcurrency", "PublishVersion", "CreateAlias"]
    assert reserved(server) == 5
    assert not project.plan(function, package).changed


@pytest.mark.parametrize(
    ("before", "after", "action", "write"),
    [
        (None, 3, Action.CREATE, "PutFunctionConcurrency"),
        (5, 3, Action.UPDATE, "PutFunctionConcurrency"),
        (5, 0, Action.UPDATE, "PutFunctionConcurrency"),
        (0, "none", Action.DELETE, "DeleteFunctionConcurrency"),
        (5, "none", Action.DELETE, "DeleteFunctionConcurrency"),
    ],
)
def test_a_reservation_alone_publishes_nothing(
    project: Project, server: AwsServer, before: int | None, after: JsonValue, action: Action, write: str
) -> None:
    package = project.package()
    project.deploy(project.function(), package)
    server.functions["orders"].reserved = before
    server.requests.clear()
    function = project.function(reserved_concurrency=after)
    assert [(one.resource, one.action) for one in project.plan(function, package).changes] == [
        (Resource.RESERVED_CONCURRENCY, action)
    ]
    project.deploy(function, package)
    assert server.writes == [write]
    assert reserved(server) == (None if after == "none" else after)
    assert not project.plan(function, package).changed


@pytest.mark.parametrize(("declared", "live"), [(5, 5), (0, 0), ("none", None), (None, 7)])
def test_what_is_as_declared_or_not_declared_costs_nothing(
    project: Project, server: AwsServer, declared: JsonValue, live: int | None
) -> None:
    package = project.package()
    project.deploy(project.function(), package)
    server.functions["orders"].reserved = live
    server.requests.clear()
    project.deploy(project.function(reserved_concurrency=declared), package)
    assert server.operations == ["GetFunction", "GetFunction"]
    assert reserved(server) == live


def test_a_function_is_stopped_after_its_smoke_test_and_started_before(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(reserved_concurrency=0), project.package("v1"))
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", "PutFunctionConcurrency"]
    server.requests.clear()
    project.deploy(project.function(reserved_concurrency=2), project.package("v2"))
    assert server.writes == ["UpdateFunctionCode", "PutFunctionConcurrency", "PublishVersion", "UpdateAlias"]


def test_a_lost_answer_is_made_up_for_in_the_same_run_or_the_next(project: Project, server: AwsServer) -> None:
    function, package = project.function(reserved_concurrency=5), project.package()
    server.faults.add("PutFunctionConcurrency", Lost())
    with pytest.raises(AwsError):
        project.deploy(function, package)
    project.deploy(function, package)
    assert (reserved(server), project.alias()) == (5, "1")
    server.faults.add("DeleteFunctionConcurrency", Lost())
    with project.repeating(2):
        project.deploy(project.function(reserved_concurrency="none"), package)
    assert reserved(server) is None


def test_a_run_killed_before_the_last_step_is_finished_by_the_next(project: Project, server: AwsServer) -> None:
    function, package = project.function(reserved_concurrency=0), project.package()
    server.requests.clear()
    project.deploy(function, package)
    count = len(server.operations)
    server.reset()
    with project.killed_after(count - 3), pytest.raises(Killed):
        project.deploy(function, package)
    assert (project.alias(), reserved(server)) == ("1", None)
    project.deploy(function, package)
    assert reserved(server) == 0


@pytest.mark.parametrize(
    ("fault", "words", "fix"),
    [
        (
            Status(
                403,
                "AccessDeniedException",
                "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:PutFunctionConcurrency on "
                "resource: arn:aws:lambda:eu-west-1:123456789012:function:orders",
            ),
            "reserve concurrency for orders",
            "lambda:PutFunctionConcurrency",
        ),
    ],
)
def test_who_may_not_reserve_is_told_what_to_allow(
    project: Project, server: AwsServer, fault: Status, words: str, fix: str
) -> None:
    server.faults.add("PutFunctionConcurrency", fault)
    with pytest.raises(AwsError, match=words) as caught:
        project.deploy(project.function(reserved_concurrency=5), project.package())
    assert fix in caught.value.fix
    assert project.alias() == ""


def test_more_than_the_account_has_is_refused_in_words_that_help(project: Project) -> None:
    with pytest.raises(AwsError, match="UnreservedConcurrentExecution below its minimum") as caught:
        project.deploy(project.function(reserved_concurrency=901), project.package())
    assert "reserved-concurrency" in caught.value.fix
