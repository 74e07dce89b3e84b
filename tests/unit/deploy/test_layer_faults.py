"""Every fault at every request of a deploy with a new layer and of one with a changed layer.

As for functions: callers get the old or the new function, and the next run finishes; beside that no layer is published twice
where a look can tell that it is there.
"""

from __future__ import annotations

import contextlib
import copy
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws import Patience
from lambda_ci.errors import AwsError
from tests.fakes.aws_server import AwsServer, Hang, Html, Lost, Reset, Status
from tests.fakes.aws_wire import Wire
from tests.fakes.deployment import Killed, Project, reach

if TYPE_CHECKING:
    from lambda_ci.adapters.aws import Aws
    from lambda_ci.model.artifact import LayerPackage
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_layers import LayerVersion
    from tests.fakes.aws_server import Fault

    Account = tuple[dict[str, Deployed], dict[str, LayerVersion], dict[str, int]]

OLD: list[Account] = []
CREATE = (
    "GetFunction", "ListLayerVersions", "PublishLayerVersion", "CreateFunction", "GetFunction", "GetFunction",
    "PublishVersion", "CreateAlias",
)  # fmt: skip
UPDATE = (
    "GetFunction", "GetFunction", "ListLayerVersions", "PublishLayerVersion", "UpdateFunctionConfiguration", "GetFunction",
    "GetFunction", "PublishVersion", "GetAlias", "UpdateAlias",
)  # fmt: skip
PLACES = [("create", number) for number in range(len(CREATE))] + [("update", number) for number in range(len(UPDATE))]
PASSING: dict[str, Fault] = {
    "429": Status(429, "TooManyRequestsException", "Rate Exceeded."),
    "500": Status(500, "ServiceException", "An error occurred and the request cannot be processed."),
    "reset before": Reset(),
    "reset after": Lost(),
}
LASTING: dict[str, Fault] = {
    "html": Html(),
    "no storage": Status(400, "CodeStorageExceededException", "Code storage limit exceeded."),
    "expired": Status(403, "ExpiredTokenException", "The security token included in the request is expired"),
}
REPEATING = Patience(connect=5, read=20, upload=20, attempts=1, upload_attempts=4)


@pytest.fixture(scope="session")
def repeating(running: AwsServer) -> Aws:
    """Publications are made again, by our own rules; nothing else is."""
    return reach(running, patience=REPEATING)


def begin(project: Project, kind: str) -> list[LayerPackage]:
    """What is deployed under fault; for an update another layer is there before it. The code stays."""
    if kind == "update":
        functions, versions, numbers = copy.deepcopy(_old(project))
        project.server.functions.update(functions)
        project.server.lambda_.layers.versions.update(versions)
        project.server.lambda_.layers.numbers.update(numbers)
        project.tested.append("1")
    project.server.requests.clear()
    return [project.layer("new")]


def _old(project: Project) -> Account:
    if not OLD:
        project.deploy(project.function(), project.package(), [project.layer("old")])
        state = project.server.lambda_
        OLD.append((dict(state.functions), dict(state.layers.versions), dict(state.layers.numbers)))
        state.functions, state.layers.versions, state.layers.numbers = {}, {}, {}
    return OLD[0]


def served(project: Project) -> str:
    """``old``, ``new`` or nothing: the layer under what callers of the alias get, which must have been tested."""
    version = project.alias()
    if not version:
        return ""
    assert version in project.tested
    [layer] = project.server.functions["orders"].versions[version]["Layers"]
    held = project.server.lambda_.layers.versions[layer["Arn"]]
    return "new" if held.code_sha256 == project.layer("new").package.code_sha256 else "old"


def finish(project: Project, layers: list[LayerPackage], *, kind: str) -> None:
    """Nothing half-way is served; a plain second run completes the work; a third has nothing to do."""
    assert served(project) in {"new", "old" if kind == "update" else ""}
    function, package = project.function(), project.package()
    project.deploy(function, package, layers)
    assert served(project) == "new"
    assert not project.plan(function, package, layers).changed
    assert len(project.server.functions["orders"].versions) == (2 if kind == "update" else 1)
    assert len(project.server.lambda_.layers.versions) == (2 if kind == "update" else 1), "no layer is there twice"


@pytest.mark.parametrize(("kind", "expected"), [("create", CREATE), ("update", UPDATE)])
def test_the_matrix_covers_every_request(project: Project, kind: str, expected: tuple[str, ...]) -> None:
    project.deploy(project.function(), project.package(), begin(project, kind))
    assert tuple(project.server.operations) == expected


@pytest.mark.parametrize("name", [*PASSING, *LASTING])
@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_a_fault_at_any_request_leaves_old_or_new_and_the_next_run_converges(
    project: Project, kind: str, number: int, name: str
) -> None:
    layers = begin(project, kind)
    project.server.faults.add(".*", {**PASSING, **LASTING}[name], after=number)
    with contextlib.suppress(AwsError):
        project.deploy(project.function(), project.package(), layers)
    finish(project, layers, kind=kind)


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_passing_fault_of_a_publication_is_survived_and_leaves_one_layer(
    project: Project, server: AwsServer, repeating: Aws, kind: str, name: str
) -> None:
    layers = begin(project, kind)
    patient = Project(folder=project.folder, server=server, shared=repeating, tested=project.tested)
    server.faults.add("PublishLayerVersion", PASSING[name], times=1 if name == "reset after" else 3)
    patient.deploy(project.function(), project.package(), layers)
    assert served(patient) == "new"
    assert patient.clock.slept
    finish(patient, layers, kind=kind)


def test_a_publication_that_is_refused_for_good_is_not_tried_again(
    project: Project, server: AwsServer, repeating: Aws
) -> None:
    patient = Project(folder=project.folder, server=server, shared=repeating)
    server.faults.add("PublishLayerVersion", LASTING["no storage"])
    with pytest.raises(AwsError, match="Code storage limit exceeded"):
        patient.deploy(project.function(), project.package(), begin(project, "create"))
    assert server.writes == ["PublishLayerVersion"]


def test_patience_ends(project: Project, server: AwsServer, repeating: Aws) -> None:
    patient = Project(folder=project.folder, server=server, shared=repeating)
    server.faults.add("PublishLayerVersion", PASSING["429"], times=100)
    with pytest.raises(AwsError, match="Rate Exceeded"):
        patient.deploy(project.function(), project.package(), begin(project, "create"))
    assert server.writes == ["PublishLayerVersion"] * 4


@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_a_run_killed_after_any_request_is_completed_by_the_next(project: Project, kind: str, number: int) -> None:
    layers = begin(project, kind)
    with project.killed_after(number + 1), pytest.raises(Killed):
        project.deploy(project.function(), project.package(), layers)
    finish(project, layers, kind=kind)


@pytest.mark.parametrize(("kind", "number"), PLACES)
def test_an_answer_that_never_comes_is_made_up_for_by_this_run_or_the_next(
    project: Project, kind: str, number: int
) -> None:
    layers = begin(project, kind)
    wire = Wire(project.aws, project.server, Hang(60, done=True), place=number)
    with wire.connected(), contextlib.suppress(AwsError):  # where a look tells that the request worked, the run goes on
        project.deploy(project.function(), project.package(), layers)
    assert len(wire.asked) > number
    finish(project, layers, kind=kind)


def test_what_is_no_answer_of_aws_is_not_taken_for_a_layer(project: Project, server: AwsServer) -> None:
    layers = begin(project, "create")
    other = b'{"LayerVersionArn": "arn:x", "Version": 1, "Content": {"CodeSha256": "other"}}'
    server.faults.add("PublishLayerVersion", Html(other, "application/json"))
    with pytest.raises(AwsError, match="another layer deps than was sent"):
        project.deploy(project.function(), project.package(), layers)
    assert not server.functions
