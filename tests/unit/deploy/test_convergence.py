"""Any state of AWS, any declaration: one deploy reaches it, the next has nothing to do, and nothing undeclared moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.deployment import Project

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.adapters.aws import Aws
    from tests.fakes.aws_server import AwsServer

LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:{}:1"
GROUPS = st.sampled_from(["/aws/lambda/orders", "/shop/orders"])
LEVELS = st.sampled_from(["INFO", "WARN", "DEBUG"])
MEMBERS: dict[str, st.SearchStrategy[JsonValue]] = {
    "Timeout": st.integers(1, 900),
    "MemorySize": st.integers(128, 10240),
    "Description": st.text("abc ", max_size=5),
    "TracingConfig": st.fixed_dictionaries({"Mode": st.sampled_from(["Active", "PassThrough"])}),
    "EphemeralStorage": st.fixed_dictionaries({"Size": st.sampled_from([512, 1024])}),
    "SnapStart": st.fixed_dictionaries({"ApplyOn": st.sampled_from(["None", "PublishedVersions"])}),
    "KMSKeyArn": st.sampled_from(["", "arn:aws:kms:eu-west-1:123456789012:key/1"]),
    "DeadLetterConfig": st.fixed_dictionaries({
        "TargetArn": st.sampled_from(["", "arn:aws:sqs:eu-west-1:123456789012:q"])
    }),
    "Layers": st.lists(st.sampled_from([LAYER.format(name) for name in "abc"]), unique=True).map(list),
    "VpcConfig": st.fixed_dictionaries(
        {},
        optional={
            "SubnetIds": st.lists(st.sampled_from(["subnet-1", "subnet-2"]), unique=True),
            "SecurityGroupIds": st.lists(st.sampled_from(["sg-1", "sg-2"]), unique=True),
            "Ipv6AllowedForDualStack": st.booleans(),
        },
    ),
    "LoggingConfig": st.one_of(
        st.fixed_dictionaries({"LogFormat": st.just("Text")}, optional={"LogGroup": GROUPS}),
        st.fixed_dictionaries({"LogFormat": st.just("JSON")}, optional={"LogGroup": GROUPS, "SystemLogLevel": LEVELS}),
    ),
}
DECLARED = st.fixed_dictionaries({}, optional=MEMBERS)
NAMES = st.sampled_from(["KEY", "TABLE", "URL"])
VARIABLES = st.none() | st.dictionaries(NAMES, st.sampled_from(["", "one", "two"]))
TAGS = st.none() | st.dictionaries(st.sampled_from(["team", "cost"]), st.sampled_from(["one", "two"]))
STATE = st.tuples(DECLARED, VARIABLES, TAGS, st.sampled_from(["v1", "v2"]), st.sampled_from(["x86_64", "arm64"]))
State = tuple[dict[str, "JsonValue"], dict[str, str] | None, dict[str, str] | None, str, str]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


def deploy(project: Project, state: State, mode: str) -> None:
    members, variables, tags, source, architecture = state
    function = project.function(
        members, environment=dict(variables) if variables is not None else None, environment_mode=mode,
        tags=dict(tags) if tags is not None else None, architecture=architecture,
    )  # fmt: skip
    package = project.package(source)
    planned = project.plan(function, package)
    project.server.requests.clear()
    project.deploy(function, package)
    assert bool(project.server.writes) == planned.changed
    assert not project.plan(function, package).changed


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=STATE, after=STATE, mode=st.sampled_from(["merge", "replace"]))
def test_one_deploy_reaches_what_is_declared_and_moves_nothing_else(
    running: AwsServer, aws: Aws, folder: Path, before: State, after: State, mode: str
) -> None:
    running.reset()
    for name in "abc":
        running.lambda_.layers.put(name)
    project = Project(folder=folder, server=running, shared=aws)
    deploy(project, before, "merge")
    deployed = running.functions["orders"]
    config, tags = dict(deployed.config), dict(deployed.tags)
    deploy(project, after, mode)
    members, variables, wanted_tags, source, architecture = after
    assert {
        name: value for name, value in deployed.config.items() if name not in {*members, "Environment", "Architectures"}
    } == {name: value for name, value in config.items() if name not in {*members, "Environment", "Architectures"}}
    old = config.get("Environment", {}).get("Variables", {})
    new = deployed.config.get("Environment", {}).get("Variables", {})
    assert new == (old if variables is None else variables if mode == "replace" else {**old, **variables})
    assert deployed.tags == {**tags, **(wanted_tags or {})}
    runs = deployed.versions[project.alias()]
    assert (runs["CodeSha256"], runs["Architectures"]) == (project.package(source).code_sha256, [architecture])
