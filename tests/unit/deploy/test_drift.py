"""What a plan says of what others did: put back, going live with the next version, or left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.change import Action, Resource
from lambda_ci.report.plan import drift_text, plan_text
from tests.fakes.aws_server import Status

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.change import Plan
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

WAITS = "changed on $LATEST, not declared; in no version until the next one is published"
LIVE = "changed on $LATEST, not declared; goes live with this deploy"
BACK = "changed on $LATEST since the last release; put back as declared"
THEIRS = "not by lambda-ci; left alone"


def told(plan: Plan) -> list[str]:
    return [drift_text(one) for one in plan.drift]


def hand(server: AwsServer, **members: JsonValue) -> None:
    """Somebody changes the function in the console."""
    server.functions["orders"].config |= members


def variables(server: AwsServer, **values: str) -> None:
    hand(server, Environment={"Variables": dict(values)})


def split(server: AwsServer, **alias: JsonValue) -> None:
    server.functions["orders"].aliases["live"] |= alias


def test_where_nobody_did_anything_there_is_nothing_to_say(project: Project, server: AwsServer) -> None:
    function, package = (
        project.function({"Timeout": 9, "Description": "d"}, environment={"KEY": "x"}),
        project.package(),
    )
    assert project.foresee(function, package).drift == ()
    project.deploy(function, package)
    server.requests.clear()
    assert told(project.foresee(function, package)) == []
    assert server.operations == ["GetFunction", "GetFunction", "GetAlias"]
    assert told(project.foresee(project.function({"Timeout": 10}), project.package("v2"))) == []


def test_a_change_by_hand_waits_for_the_next_version_and_goes_live_with_it(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    hand(server, MemorySize=512, TracingConfig={"Mode": "Active"}, VpcConfig={"SubnetIds": ["subnet-1"]})
    plan = project.foresee(project.function(), project.package("v1"))
    assert (plan.changed, told(plan)) == (
        False,
        [
            f"memory-size: 128 → 512 ({WAITS})",
            f"tracing-config.mode: PassThrough → Active ({WAITS})",
            f'vpc-config.subnet-ids: ["subnet-1"] ({WAITS})',
        ],
    )
    assert told(project.foresee(project.function(), project.package("v2")))[0] == f"memory-size: 128 → 512 ({LIVE})"
    project.deploy(project.function(), project.package("v2"))
    assert server.functions["orders"].versions["2"]["MemorySize"] == 512
    assert told(project.foresee(project.function(), project.package("v2"))) == []


def test_what_is_declared_is_put_back(project: Project, server: AwsServer) -> None:
    function = project.function({"MemorySize": 128, "LoggingConfig": {"LogFormat": "JSON"}})
    project.deploy(function, project.package())
    hand(server, MemorySize=512, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    plan = project.foresee(function, project.package())
    assert told(plan) == [
        f"logging-config.system-log-level: INFO → WARN ({WAITS})",
        f"memory-size: 128 → 512 ({BACK})",
    ]
    project.deploy(function, project.package())
    assert server.functions["orders"].config["MemorySize"] == 128
    assert told(project.foresee(function, project.package())) == [told(plan)[0]]


def test_code_that_others_uploaded_is_put_back(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    theirs = project.package("theirs")
    server.functions["orders"].code = theirs.path.read_bytes()
    (line,) = told(project.foresee(project.function(), project.package("v1")))
    assert line == f"code-sha256: {project.package('v1').code_sha256[:12]} → {theirs.code_sha256[:12]} ({BACK})"


def test_variables_are_told_by_name_and_hash(project: Project, server: AwsServer) -> None:
    function = project.function(environment={"OURS": "1", "GONE": None})
    project.deploy(function, project.package())
    variables(server, OURS="hunter1", THEIRS="hunter2", GONE="hunter3")
    plan = project.foresee(function, project.package())
    assert [line.partition(" (")[2].rstrip(")") for line in told(plan)] == [
        BACK,
        BACK,
        WAITS,
        "not declared; left alone",
    ]
    assert told(plan)[-1] == "environment: THEIRS (not declared; left alone)"
    assert "hunter" not in plan_text(plan) + repr(plan)
    replacing = project.function(environment={"OURS": "1"}, environment_mode="replace")
    assert {one.fate.value for one in project.foresee(replacing, project.package()).drift} == {"replaced"}
    undeclared = project.foresee(project.function(), project.package())
    assert {one.fate.value for one in undeclared.drift} == {"waits"}


def test_code_only_says_what_goes_live_with_the_code(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    hand(server, Timeout=60)
    plan = project.foresee(project.function(mode="code-only"), project.package("v1"))
    assert told(plan) == [f"timeout: 3 → 60 ({LIVE})"]
    assert plan.find(Resource.VERSION)


def test_a_reservation_and_permissions_of_others_are_named(project: Project, server: AwsServer) -> None:
    function = project.function(url={"auth-type": "NONE"})
    project.deploy(function, project.package())
    project.client.add_permission(
        FunctionName="orders", Qualifier="live", StatementId="bucket", Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
    )  # fmt: skip
    server.functions["orders"].reserved = 7
    assert told(project.foresee(function, project.package())) == [
        "reserved-concurrency: 7 (not declared; left alone)",
        "permissions: bucket (not declared; left alone)",
    ]


def test_an_alias_that_others_moved_or_split_is_told(project: Project, server: AwsServer) -> None:
    for source in ("v1", "v2"):
        project.deploy(project.function(), project.package(source))
    split(server, RoutingConfig={"AdditionalVersionWeights": {"1": 0.125}})
    plan = project.foresee(project.function(), project.package("v2"))
    assert (plan.changed, told(plan)) == (False, [f"alias.live.calls: 12.5% to version 1 ({THEIRS})"])
    split(server, FunctionVersion="1", RoutingConfig={})
    plan = project.foresee(project.function(), project.package("v2"))
    assert "alias.live: 2 → 1 (not by lambda-ci; ends with this deploy)" in told(plan)
    assert plan.find(Resource.ALIAS)
    project.deploy(project.function(), project.package("v2"))
    assert told(project.foresee(project.function(), project.package("v2"))) == []


def test_what_a_killed_rollout_left_is_a_change(project: Project, server: AwsServer) -> None:
    for source in ("v1", "v2"):
        project.deploy(project.function(), project.package(source))
    split(server, FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    server.functions["orders"].tags["lambda-ci:rollout"] = "live/1/2/20261121T070000Z"
    plan = project.foresee(project.function(), project.package("v2"))
    assert [(change.resource, change.action) for change in plan.changes] == [
        (Resource.ROLLOUT, Action.DELETE),
        (Resource.VERSION, Action.CREATE),
        (Resource.ALIAS, Action.UPDATE),
    ]
    assert [(one.before, one.after) for one in plan.changes[0].fields] == [
        ("version 1 to 2, 10% to version 2", "all calls to version 1")
    ]
    assert plan_text(plan).splitlines()[1] == "  - rollout"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (
            "live/1/2/20261121T075930Z",
            "another run moves the calls; a deploy stops before it writes anything, unless that run was killed",
        ),
        ("live/1/2/20261121T070000Z/d-0A1B2C3D4", "CodeDeploy moves the calls; a deploy waits for it first"),
    ],
)
def test_a_rollout_that_goes_on_is_told(project: Project, server: AwsServer, mark: str, words: str) -> None:
    for source in ("v1", "v2"):
        project.deploy(project.function(), project.package(source))
    split(server, FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    server.functions["orders"].tags["lambda-ci:rollout"] = mark
    plan = project.foresee(project.function(), project.package("v2"))
    assert plan.find(Resource.ROLLOUT) is None
    assert told(plan) == [f"alias.live.rollout: version 1 to 2, 10% to version 2 ({words})"]


def test_an_alias_that_may_not_be_read_is_no_failure(project: Project, server: AwsServer) -> None:
    function, package = project.function(), project.package()
    project.deploy(function, package)
    server.faults.add("GetAlias", Status(403, "AccessDeniedException", "not authorized to perform: lambda:GetAlias"))
    assert told(project.foresee(function, package)) == []
    assert "orders: who moved the alias, and how its calls are split, is not known" in project.log.getvalue()
