"""Every fault at every request of a create and of an update, and the end of the run after each of them.

Whatever happens: callers get the old or the new function, never a version that was not tested, and the next run finishes the work.
"""

from __future__ import annotations

import contextlib
import copy
import json
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from tests.fakes.aws_server import AwsServer, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_wire import Wire
from tests.fakes.deployment import Killed, Project

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.settings import Function
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import Fault

OLD: dict[str, Deployed] = {}
CREATE = ("GetFunction", "CreateFunction", "GetFunction", "GetFunction", "PublishVersion", "CreateAlias")
UPDATE = (
    "GetFunction", "GetFunction", "UpdateFunctionConfiguration", "GetFunction", "GetFunction", "UpdateFunctionCode",
    "GetFunction", "GetFunction", "TagResource", "GetFunction", "PublishVersion", "GetAlias", "UpdateAlias",
)  # fmt: skip
PLACES = [("create", number) for number in range(len(CREATE))] + [("update", number) for number in range(len(UPDATE))]
PASSING: dict[str, Fault] = {
    "429": Status(429, "TooManyRequestsException", "Rate Exceeded."),
    "500": Status(500, "ServiceException", "An error occurred and the request cannot be processed."),
    "503": Status(503, "ServiceUnavailableException", "Service Unavailable"),
    "reset before": Reset(),
    "reset after": Lost(),
}
BUSY = "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:…"
LASTING: dict[str, Fault] = {
    "html": Html(),
    "409 busy": Status(409, "ResourceConflictException", BUSY),
    "412": Status(
        412, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id."
    ),
    "expired": Status(403, "ExpiredTokenException", "The security token included in the request is expired"),
}


def begin(project: Project, kind: str) -> tuple[Function, Package]:
    """What is deployed under fault; for an update there is an older version before it."""
    if kind == "update":
        old = _old(project)
        project.server.functions.update(copy.deepcopy(old))
        project.tested.append("1")
    project.server.requests.clear()
    return project.function({"Timeout": 20}, environment={"NEW": "2"}, tags={"team": "t"}), project.package("new")


def _old(project: Project) -> dict[str, Deployed]:
    """What is there before an update; deployed once, because that is slow."""
    if not OLD:
        project.deploy(project.function({"Timeout": 3}, environment={"OLD": "1"}), project.package("old"))
        OLD.update(project.server.functions)
        project.server.lambda_.functions = {}
    return OLD


def served(project: Project) -> str:
    """``old``, ``new`` or nothing: what callers of the alias get, which must have been tested and complete."""
    version = project.alias()
    if not version:
        return ""
    assert version in project.tested
    runs = project.server.functions["orders"].versions[version]
    is_new = runs["CodeSha256"] == project.package("new").code_sha256
    assert runs["Timeout"] == (20 if is_new else 3)
    assert ("NEW" in runs["Environment"]["Variables"]) == is_new
    return "new" if is_new else "old"


def finish(project: Project, function: Function, package: Package, *, kind: str) -> None:
    """Nothing half-way is served; a plain second run completes the work; a third has nothing to do."""
    assert served(project) in {"new", "old" if kind == "update" else ""}
    project.deploy(function, package)
    assert served(project) == "new"
    assert not project.plan(function, package).changed
    assert len(project.server.functions["orders"].versions) == (2 if kind == "update" else 1)


@pytest.mark.parametrize(("kind", "expected"), [("create", CREATE), ("update", UPDATE)])
def test_the_matrix_covers_every_request(project: Project, kind: str, expected: tuple[str, ...]) -> None:
    project.deploy(*begin(project, kind))
    assert tuple(project.server.operations) == expected


@pytest.mark.parametrize("name", [*PASSING, *LASTING])
@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_a_fault_at_any_request_leaves_old_or_new_and_the_next_run_converges(
    project: Project, kind: str, number: int, name: str
) -> None:
    function, package = begin(project, kind)
    project.server.faults.add(".*", {**PASSING, **LASTING}[name], after=number)
    with contextlib.suppress(AwsError):
        project.deploy(function, package)
    finish(project, function, package, kind=kind)


@pytest.mark.parametrize("name", ["429", "reset before", "reset after"])
@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_a_passing_fault_at_any_request_is_survived_in_the_same_run(
    project: Project, kind: str, number: int, name: str
) -> None:
    function, package = begin(project, kind)
    project.server.faults.add(".*", PASSING[name], after=number)
    with project.repeating(2):
        project.deploy(function, package)
    assert served(project) == "new"
    finish(project, function, package, kind=kind)


@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_a_run_killed_after_any_request_is_completed_by_the_next(project: Project, kind: str, number: int) -> None:
    function, package = begin(project, kind)
    with project.killed_after(number + 1), pytest.raises(Killed):
        project.deploy(function, package)
    finish(project, function, package, kind=kind)


@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_an_answer_that_never_comes_is_made_up_for_by_this_run_or_the_next(
    project: Project, kind: str, number: int
) -> None:
    function, package = begin(project, kind)
    wire = Wire(project.aws, project.server, Hang(60, done=True), place=number)
    with wire.connected(), contextlib.suppress(AwsError):  # where a look tells that the request worked, the run goes on
        project.deploy(function, package)
    assert len(wire.asked) > number
    finish(project, function, package, kind=kind)


def test_an_update_in_progress_is_waited_for_before_and_retried_after(project: Project, server: AwsServer) -> None:
    function, package = begin(project, "update")
    server.faults.add("Update.*|TagResource|PublishVersion", LASTING["409 busy"], times=5)
    project.deploy(function, package)
    assert served(project) == "new"
    assert project.clock.slept.count(1.0) >= 5


def test_a_function_that_never_stops_updating_ends_the_run_after_its_deadline(
    project: Project, server: AwsServer
) -> None:
    function, package = begin(project, "update")
    server.faults.add("UpdateFunctionConfiguration", LASTING["409 busy"], times=10_000)
    with pytest.raises(AwsError, match="in progress"):
        project.deploy(function, package)
    assert 600 <= project.clock.now < 700


@pytest.mark.parametrize("body", [[], "text", 5, None, {"FunctionArn": 5}], ids=json.dumps)
def test_json_that_is_no_answer_is_not_success(project: Project, server: AwsServer, body: object) -> None:
    function, package = begin(project, "update")
    server.faults.add("UpdateFunctionCode", Html(json.dumps(body).encode(), "application/json"))
    with pytest.raises(AwsError, match=r"not one of AWS|other code"):
        project.deploy(function, package)
    assert served(project) == "old"
