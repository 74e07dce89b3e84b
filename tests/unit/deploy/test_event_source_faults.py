"""What becomes of event source mappings when AWS is slow, refuses, or does not answer, and when a run is killed."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.destroy import destroy, survey
from lambda_ci.errors import AwsError
from tests.fakes.aws_server import Before, Html, Lost, Reset, Status
from tests.fakes.deployment import Killed
from tests.fakes.polled import CREATE, DELETE, FIFO, QUEUE, STREAM, UPDATE, deployed, mappings, source

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_server import AwsServer, Fault
    from tests.fakes.deployment import Project


def test_one_that_is_at_work_is_waited_for(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    sources = server.lambda_.sources
    (mapping,) = sources.mappings.values()
    mapping.described["State"], mapping.reads, mapping.becomes = "Updating", 4, "Enabled"
    deployed(project, server, source(QUEUE, batch_size=3))
    assert mappings(server)[0]["BatchSize"] == 3
    mapping.described["State"], mapping.reads, mapping.becomes = "Updating", 4, "Enabled"
    deployed(project, server)
    assert mappings(server) == []
    deployed(project, server, source(QUEUE))
    assert [one["State"] for one in mappings(server)] == ["Enabled"], "made anew once the old one was gone"


def test_a_change_without_end_is_an_error(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.sources.changing = 10_000
    with pytest.raises(AwsError, match=r"orders is still Creating after 600 s"):
        project.deploy(project.function(triggers=[source(QUEUE)]), project.package())
    server.lambda_.sources.changing = 1
    deployed(project, server, source(QUEUE))
    assert len(mappings(server)) == 1, "it is there, and AWS goes on by itself"


def test_what_aws_cannot_poll_is_an_error_with_its_reason(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.sources.failing[QUEUE] = "PROBLEM: the queue is gone"
    with pytest.raises(AwsError, match="ended in the state Disabled: User action; PROBLEM: the queue is gone"):
        project.deploy(project.function(triggers=[source(QUEUE)]), project.package())


def test_rights_of_the_role_are_waited_for_and_then_explained(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    forbidden = server.lambda_.sources.forbidden
    forbidden[QUEUE] = 3
    project.deploy(project.function(triggers=[source(QUEUE)]), project.package())
    assert "waiting for IAM" in project.log.getvalue()
    forbidden[FIFO] = 10_000
    with pytest.raises(AwsError, match="does not have permissions to call ReceiveMessage") as caught:
        project.deploy(project.function(triggers=[source(QUEUE), source(FIFO)]), project.package())
    assert caught.value.fix == (
        'add to a policy of the function\'s role: {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", '
        f'"sqs:GetQueueAttributes"], "Resource": "{FIFO}"}}'
    )


def test_a_queue_that_gives_messages_out_again_too_early_is_explained(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.sources.visibility[QUEUE] = 2
    with pytest.raises(AwsError, match="Queue visibility timeout: 2 seconds is less") as caught:
        project.deploy(project.function(triggers=[source(QUEUE)]), project.package())
    assert "VisibilityTimeout" in caught.value.fix


FAULTS = (
    Lost(),
    Reset(),
    Html(),
    Status(500, "ServiceException", "x"),
    Status(429, "TooManyRequestsException", "Rate exceeded"),
    Status(400, "ResourceInUseException", "in use"),
    Status(403, "AccessDeniedException", "not authorized"),
)


@pytest.mark.parametrize("operation", ["ListEventSourceMappings", "GetEventSourceMapping", CREATE])
def test_whatever_goes_wrong_while_one_is_made_the_next_run_converges(
    project: Project, server: AwsServer, operation: str
) -> None:
    function, package = project.function(triggers=[source(QUEUE, batch_size=3)]), project.package()
    deployed(project, server)
    for fault in FAULTS:
        server.lambda_.sources.mappings.clear()
        converges_after(fault, operation, project, function, package)
        assert [one["BatchSize"] for one in mappings(server)] == [3], fault


@pytest.mark.parametrize("operation", ["GetEventSourceMapping", UPDATE, DELETE, "ListTags"])
def test_whatever_goes_wrong_while_one_is_changed_and_another_goes_the_next_run_converges(
    project: Project, server: AwsServer, operation: str
) -> None:
    function, package = project.function(triggers=[source(QUEUE, batch_size=3)]), project.package()
    deployed(project, server, source(QUEUE), source(FIFO))
    before = deepcopy(server.lambda_.sources.mappings)
    for fault in FAULTS:
        server.lambda_.sources.mappings = deepcopy(before)
        converges_after(fault, operation, project, function, package)
        assert [(one["EventSourceArn"], one["BatchSize"]) for one in mappings(server)] == [(QUEUE, 3)], fault


def converges_after(fault: Fault, operation: str, project: Project, function: Function, package: Package) -> None:
    """At once where the fault heals, and else with the next run. Never twice."""
    server = project.server
    server.faults.add(operation, fault)
    with suppress(AwsError):
        project.deploy(function, package)
    server.faults.clear()
    project.deploy(function, package)
    assert not project.plan(function, package).changed, fault


def test_a_lost_answer_is_recognised_by_the_mapping_that_is_there(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.faults.add(CREATE, Lost())
    project.deploy(project.function(triggers=[source(QUEUE)]), project.package())
    assert server.writes.count(CREATE) == 1


def test_two_runs_at_once_make_one(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.faults.add(CREATE, Before(lambda: server.lambda_.sources.attach("orders:live", QUEUE)))
    project.deploy(project.function(triggers=[source(QUEUE)]), project.package())
    assert len(mappings(server)) == 1


@pytest.mark.parametrize("case", ["make", "change", "replace", "remove"])
def test_a_run_that_is_killed_after_any_request_is_finished_by_the_next(
    project: Project, server: AwsServer, case: str
) -> None:
    first = source(STREAM, starting_position="LATEST")
    then = {
        "make": [first],
        "change": [source(STREAM, starting_position="LATEST", batch_size=7)],
        "replace": [source(STREAM, starting_position="TRIM_HORIZON")],
        "remove": [],
    }[case]
    function, package = project.function(triggers=then), project.package()
    ended = False
    for count in range(1, 20):
        if ended:
            return
        server.reset()
        deployed(project, server, *([] if case == "make" else [first]))
        with project.killed_after(count), suppress(Killed):
            project.deploy(function, package)
            ended = True
        project.deploy(function, package)
        assert len(mappings(server)) == len(then), count
        assert not project.plan(function, package).changed


def test_destroy_takes_ours_along_and_tells_of_others(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    theirs = server.lambda_.sources.attach("orders:live", FIFO)
    doomed = survey("orders", project="shop", services=project.services)
    assert doomed is not None
    assert (doomed.event_sources, doomed.mappings) == ((QUEUE,), (theirs,))
    server.requests.clear()
    server.faults.add(DELETE, Lost(), times=1)
    destroy(doomed, project.services)
    assert server.writes[-1] == "DeleteFunction"
    assert [one["EventSourceArn"] for one in mappings(server)] == [FIFO]


def test_a_page_instead_of_a_deletion_is_an_error(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    server.faults.add(DELETE, Html(), times=2)
    with pytest.raises(AwsError, match="not one of AWS"):
        project.deploy(project.function(triggers=[]), project.package())
    assert len(mappings(server)) == 1
