"""Others change the function while this run works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from tests.fakes.aws_server import Before, Lost, Status
from tests.fakes.deployment import zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


def others(server: AwsServer, change: Callable[[], None]) -> Before:
    """Somebody else's write: it changes something, and the revision."""

    def act() -> None:
        change()
        server.functions["orders"].revision += "9"

    return Before(act)


def test_a_variable_set_by_others_between_reading_and_writing_is_not_wiped_out(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function(environment={"OURS": "1"}), project.package())
    config = server.functions["orders"].config
    change = others(server, lambda: config.update(Environment={"Variables": {"OURS": "1", "NEW": "x"}}))
    server.faults.add("UpdateFunctionConfiguration", change)
    function = project.function(environment={"OURS": "2"})
    with pytest.raises(AwsError, match="changed by somebody else"):
        project.deploy(function, project.package())
    assert server.functions["orders"].config["Environment"]["Variables"] == {"OURS": "1", "NEW": "x"}
    project.deploy(function, project.package())
    assert server.functions["orders"].config["Environment"]["Variables"] == {"OURS": "2", "NEW": "x"}


def test_a_revision_that_moved_without_any_change_is_no_reason_to_stop(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.faults.add("UpdateFunction.*|PublishVersion", others(server, lambda: None), times=2)
    project.deploy(project.function({"Timeout": 9}), project.package("v2"))
    assert project.alias() == "2"


def test_a_revision_that_never_holds_still_ends_the_run(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.faults.add("PublishVersion", others(server, lambda: None), times=100)
    with pytest.raises(AwsError, match="changed by somebody else"):
        project.deploy(project.function(), project.package("v2"))
    assert project.alias() == "1"


@pytest.mark.parametrize("moves_revision", [True, False])
def test_code_that_others_put_there_before_publication_is_not_published(
    project: Project, server: AwsServer, moves_revision: bool
) -> None:
    project.deploy(project.function(), project.package("v1"))
    deployed = server.functions["orders"]

    def replace() -> None:
        deployed.code = zipped("theirs")

    server.faults.add("PublishVersion", others(server, replace) if moves_revision else Before(replace))
    with pytest.raises(AwsError, match="changed by somebody else"):
        project.deploy(project.function(), project.package("v2"))
    assert project.alias() == "1"
    assert list(deployed.versions) == ["1"]


def test_an_alias_that_others_moved_during_the_test_is_not_moved_again(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    project.deploy(project.function(), project.package("v2"))
    alias = server.functions["orders"].aliases["live"]
    with pytest.raises(AwsError, match=r"alias live of orders \(now at version 1\)"):
        project.deploy(
            project.function(), project.package("v3"), smoke=lambda _: alias.update(FunctionVersion="1", RevisionId="x")
        )
    assert project.alias() == "1"


def test_an_alias_that_others_moved_in_the_last_moment_is_not_moved_again(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    project.deploy(project.function(), project.package("v2"))
    alias = server.functions["orders"].aliases["live"]
    server.faults.add("UpdateAlias", Before(lambda: alias.update(FunctionVersion="1", RevisionId="x")))
    with pytest.raises(AwsError, match="changed by somebody else"):
        project.deploy(project.function(), project.package("v3"))
    assert project.alias() == "1"


def test_an_alias_that_others_created_during_the_test_is_not_moved(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    deployed = server.functions["orders"]
    theirs = deployed.aliases.pop("live")
    with pytest.raises(AwsError, match="now at version 1"):
        project.deploy(project.function(), project.package("v2"), smoke=lambda _: deployed.aliases.update(live=theirs))
    assert project.alias() == "1"


def test_a_function_that_others_create_in_the_same_moment_is_updated_to_what_is_declared(
    project: Project, server: AwsServer
) -> None:
    def theirs() -> None:
        server.faults.clear()
        request = {
            "FunctionName": "orders",
            "Role": "arn:aws:iam::123456789012:role/r",
            "Code": {"ZipFile": zipped("theirs")},
        }
        server.lambda_.create_function({**request, "Handler": "other.handler", "Runtime": "python3.12"})

    server.faults.add("CreateFunction", Before(theirs))
    function = project.function({"Timeout": 9})
    project.deploy(function, project.package("ours"))
    runs = server.functions["orders"].versions[project.alias()]
    assert (runs["Handler"], runs["Timeout"], runs["CodeSha256"]) == (
        "app.handler",
        9,
        project.package("ours").code_sha256,
    )
    assert not project.plan(function, project.package("ours")).changed


def test_a_function_deleted_while_it_is_updated_is_said_to_be_deleted(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.faults.add("GetFunction", Before(server.functions.clear), after=2)
    with pytest.raises(AwsError, match="deleted"):
        project.deploy(project.function(), project.package("v2"))


def test_a_lost_answer_to_a_creation_is_recognised_when_the_request_is_made_again(
    project: Project, server: AwsServer
) -> None:
    server.faults.add("CreateFunction", Lost())
    with project.repeating(1):
        project.deploy(project.function({"Timeout": 9}), project.package())
    assert server.writes == ["CreateFunction", "CreateFunction", "PublishVersion", "CreateAlias"]
    assert project.alias() == "1"


def test_two_runs_of_the_same_inputs_make_one_version(project: Project, server: AwsServer) -> None:
    function, package = project.function(), project.package("v1")
    project.deploy(function, package, smoke=lambda _: project.deploy(function, package))
    assert list(server.functions["orders"].versions) == ["1"]
    assert project.alias() == "1"


def test_an_alias_that_is_busy_is_waited_for(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    busy = Status(409, "ResourceConflictException", "An update is in progress for resource: the alias")
    server.faults.add("UpdateAlias", busy, times=30)
    project.deploy(project.function(), project.package("v2"))
    assert project.alias() == "2"
    assert project.clock.now >= 30
