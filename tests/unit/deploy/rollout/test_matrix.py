"""Every fault at every request of a rollout, by weights and by CodeDeploy, and of a rollback; and the end of the process after it.

Whatever happens: callers get the old or the new version, both tested, and a plain second run finishes the work.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_codedeploy import Failure
from tests.fakes.aws_faults import Hang, Html, Lost, Reset, Status
from tests.fakes.aws_server import AwsServer
from tests.fakes.aws_wire import Kill, Wire
from tests.fakes.deployment import reach
from tests.unit.deploy.rollout.cells import KINDS, Ground

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.aws_codedeploy import FakeCodeDeploy
    from tests.fakes.aws_wire import Struck

BUSY = "An update is in progress for resource: arn:aws:lambda:eu-west-1:123456789012:function:orders"
FAULTS: dict[str, Struck] = {
    "429": Status(429, "TooManyRequestsException", "Rate Exceeded."),
    "500": Status(500, "ServiceException", "An error occurred and the request cannot be processed."),
    "503": Status(503, "ServiceUnavailableException", "Service Unavailable"),
    "reset before": Reset(),
    "reset after": Lost(),
    "no answer, nothing done": Hang(60),
    "no answer, all done": Hang(60, done=True),
    "a proxy's page": Html(),
    "409 in progress": Status(409, "ResourceConflictException", BUSY),
    "group at work": Status(
        400, "DeploymentLimitExceededException", "The Deployment Group 'orders' is already deploying"
    ),
    "expired token": Status(403, "ExpiredTokenException", "The security token included in the request is expired"),
    "kill -9": Kill(),
}
DONE = {"reset after", "no answer, all done"}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    server = AwsServer()
    wire = Wire(reach(server), server)
    with wire.connected():
        yield Ground.prepared(wire, tmp_path_factory.mktemp("ground"))
    server.server_close()


def test_the_matrix_covers_every_request(ground: Ground) -> None:
    assert {kind: Counter(ground.places(kind)) for kind in KINDS} == {
        "canary": {
            "GetMetricData": 2, "DescribeAlarms": 2, "TagResource": 1, "GetAlias": 3, "UpdateAlias": 2, "UntagResource": 1,
        },
        "linear": {"GetMetricData": 3, "TagResource": 1, "GetAlias": 4, "UpdateAlias": 3, "UntagResource": 1},
        "codedeploy": {
            "TagResource": 2, "GetAlias": 2, "CreateDeployment": 1, "GetDeployment": 5, "ListDeploymentTargets": 4,
            "GetDeploymentTarget": 4, "UpdateAlias": 1, "UntagResource": 1,
        },
        "rollback": {"GetAlias": 1, "ListVersionsByFunction": 1, "GetFunction": 1, "UpdateAlias": 1},
    }  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_at_every_request(
    ground: Ground, name: str, record_property: Callable[[str, object], None]
) -> None:
    seen = [ground.cell(kind, place, FAULTS[name]) for kind in KINDS for place in range(len(ground.places(kind)))]
    kinds = Counter(one.kind for one in seen)
    survived = sum(one.survived for one in seen)
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    record_property("matrix", f"{len(seen)} runs ({counts}), {survived} succeeded at once, the others in the next run")
    assert [one for one in seen if one.trouble] == []
    written = [one for one in seen if one.operation in {"UpdateAlias", "CreateDeployment"}]
    assert name not in DONE or all(one.survived for one in written), "what was done is recognised, and not done again"


def ends(codedeploy: FakeCodeDeploy) -> None:
    for identity in list(codedeploy.deployments):
        codedeploy.run_to_its_end(identity)


def fails(codedeploy: FakeCodeDeploy) -> None:
    for one in list(codedeploy.deployments.values()):
        one.failure = Failure("AfterAllowTraffic", "ALARM_ACTIVE", "One or more alarms ring.")
    ends(codedeploy)


@pytest.mark.parametrize("meanwhile", [ends, fails])
def test_a_run_killed_during_a_deployment_that_codedeploy_ends_alone(
    ground: Ground, meanwhile: Callable[[FakeCodeDeploy], None], record_property: Callable[[str, object], None]
) -> None:
    places = range(len(ground.places("codedeploy")))
    seen = [ground.cell("codedeploy", place, Kill(), meanwhile=meanwhile) for place in places]
    record_property("matrix", f"{len(seen)} runs (codedeploy), all completed by the next run")
    assert [one for one in seen if one.trouble] == []
    assert not any(one.survived for one in seen)
