"""Any state of AWS, any declaration: one deploy does what the plan says and reaches it, the next has nothing to do, and nothing
undeclared moved."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lambda_ci.model.change import Fate, Resource
from tests.fakes.declarations import MEMBERS, VALUES, declarations, reached, state
from tests.fakes.deployment import Project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.model.change import Plan
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.declarations import Declaration

CARRIED_OUT = {
    Resource.FUNCTION: {"CreateFunction"},
    Resource.CODE: {"UpdateFunctionCode"},
    Resource.CONFIGURATION: {"UpdateFunctionConfiguration"},
    Resource.TAGS: {"TagResource", "UntagResource"},
    Resource.LOG_RETENTION: {"CreateLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy"},
    Resource.CODE_SIGNING: {"PutFunctionCodeSigningConfig", "DeleteFunctionCodeSigningConfig"},
    Resource.RECURSION: {"PutFunctionRecursionConfig"},
    Resource.RESERVED_CONCURRENCY: {"PutFunctionConcurrency", "DeleteFunctionConcurrency"},
    Resource.VERSION: {"PublishVersion"},
    Resource.RUNTIME_MANAGEMENT: {"PutRuntimeManagementConfig"},
    Resource.ALIAS: {"CreateAlias", "UpdateAlias"},
    Resource.URL: {"CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"},
    Resource.URL_PERMISSIONS: {"AddPermission", "RemovePermission"},
    Resource.ASYNC: {"PutFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig"},
    Resource.PROVISIONED_CONCURRENCY: {"PutProvisionedConcurrencyConfig", "DeleteProvisionedConcurrencyConfig"},
}
"""The requests that make each change."""
SETTINGS = settings(
    deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
"""Every example is a dozen real requests: making a failing one smaller would take minutes."""
BY_OTHERS = st.fixed_dictionaries(
    {}, optional={**MEMBERS, "variable": VALUES, "tag": VALUES, "permission": st.booleans()}
)
"""What somebody else does to the function by hand."""


class Account:
    """Where every example begins with nothing. No dataclass: Hypothesis would print all that it holds."""

    def __init__(self, server: AwsServer, aws: Aws, folder: Path) -> None:
        self.server, self.aws, self.folder = server, aws, folder

    def project(self) -> Project:
        self.server.reset()
        for name in "abc":
            self.server.lambda_.layers.put(name)
        return Project(folder=self.folder, server=self.server, shared=self.aws)


@pytest.fixture(scope="session")
def account(running: AwsServer, aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Account:
    return Account(running, aws, tmp_path_factory.mktemp("packages"))


def meddle(server: AwsServer, done: Mapping[str, JsonValue]) -> None:
    function = server.functions["orders"]
    function.config |= {name: value for name, value in done.items() if name in MEMBERS}
    if "variable" in done:
        held = function.config.get("Environment", {}).get("Variables", {})
        function.config["Environment"] = {"Variables": {**held, "THEIRS": done["variable"]}}
    if "tag" in done:
        function.tags["theirs"] = str(done["tag"])
    if done.get("permission"):
        function.statements.setdefault("live", {})["theirs"] = {"Sid": "theirs", "Effect": "Allow"}


def deploy(project: Project, declared: Declaration) -> Plan:
    """What the plan says is what is done, and afterwards there is nothing left to do."""
    function, package = project.function(declared.members, **declared.fields), project.package(declared.source)
    plan = project.foresee(function, package)
    project.server.requests.clear()
    project.deploy(function, package)
    writes = set(project.server.writes)
    assert all(writes & CARRIED_OUT[change.resource] for change in plan.changes), "all that is planned is done"
    assert writes <= {name for change in plan.changes for name in CARRIED_OUT[change.resource]}, "and nothing else"
    again = project.foresee(function, package)
    assert again.changes == ()
    assert all(one.fate in {Fate.WAITS, Fate.LEFT} for one in again.drift)
    assert not (plan.find(Resource.VERSION) and any(one.fate is Fate.WAITS for one in again.drift))
    return plan


def unchanged_requests(project: Project, declared: Declaration) -> list[str]:
    project.server.requests.clear()
    project.deploy(project.function(declared.members, **declared.fields), project.package(declared.source))
    return project.server.operations


def reads(declared: Declaration) -> int:
    """At most so many requests tell that nothing is to be done: two, and those for what is declared and they do not tell."""
    told_by_get_function = {"reserved_concurrency"}
    both = 2 if "url" in declared.beside else 0
    return 2 + both + len(declared.beside.keys() - told_by_get_function - {"url"})


@settings(SETTINGS, max_examples=60)
@given(before=declarations(), done=BY_OTHERS, after=declarations())
def test_one_deploy_reaches_what_is_declared_and_moves_nothing_else(
    account: Account, before: Declaration, done: Mapping[str, JsonValue], after: Declaration
) -> None:
    project, running = account.project(), account.server
    deploy(project, before)
    meddle(running, done)
    was, versions = state(running), copy.deepcopy(running.functions["orders"].versions)
    deploy(project, after)
    now, allowed = state(running), tuple(after.paths())
    moved = {path for path in was.keys() | now.keys() if was.get(path) != now.get(path)}
    assert {path for path in moved if not path.startswith(allowed)} == set()
    assert reached(after, running, code_sha256=project.package(after.source).code_sha256) == []
    assert {number: running.functions["orders"].versions[number] for number in versions} == versions
    requests = unchanged_requests(project, after)
    assert len(requests) <= reads(after)
    assert project.server.writes == []


@settings(SETTINGS, max_examples=8)
@given(declared=declarations())
def test_a_change_of_the_code_makes_eight_requests_at_most(account: Account, declared: Declaration) -> None:
    project, running = account.project(), account.server
    function = project.function(declared.members, **declared.fields)
    project.deploy(function, project.package("v3"))
    running.requests.clear()
    project.deploy(function, project.package("v4"))
    beside = reads(declared) - 2 + sum(name in declared.beside for name in ("runtime_management",))
    waiting = 1 + running.operations.count("GetProvisionedConcurrencyConfig")
    assert len(running.operations) - beside - waiting <= 8
    assert set(running.writes) <= {
        "UpdateFunctionCode", "PublishVersion", "UpdateAlias", "PutRuntimeManagementConfig",
    }  # fmt: skip
