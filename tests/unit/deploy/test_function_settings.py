"""Log retention, recursive loops, runtime management and scaling: what AWS keeps apart from a function's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from tests.fakes.aws_server import Before, Html, Status
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.settings import Function
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

GROUP = "/aws/lambda/orders"
ARN = "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef"
PROVIDER: JsonValue = {
    "LambdaManagedInstancesCapacityProviderConfig": {
        "CapacityProviderArn": "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:machines"
    }
}
MANUAL: JsonValue = {"update-runtime-on": "Manual", "runtime-version-arn": ARN}
WRITES = {"CreateLogGroup", "PutRetentionPolicy", "DeleteRetentionPolicy", "PutFunctionRecursionConfig",
          "PutRuntimeManagementConfig", "PutFunctionScalingConfig"}  # fmt: skip


def everything(project: Project) -> Function:
    return project.function(
        {"CapacityProviderConfig": PROVIDER}, log_retention_in_days=14, recursive_loop="Allow",
        runtime_management=MANUAL, scaling={"min-execution-environments": 3},
    )  # fmt: skip


def fields(project: Project, function: Function, resource: Resource) -> dict[str, tuple[str, str]]:
    change = project.plan(function, project.package()).find(resource)
    return {one.field: (one.before, one.after) for one in change.fields} if change else {}


def test_a_new_function_gets_all_of_it_before_its_version_is_tested(project: Project, server: AwsServer) -> None:
    project.deploy(everything(project), project.package(), smoke=lambda _release: server.requests.clear())
    deployed = server.functions["orders"]
    assert server.logs.groups == {GROUP: 14}
    assert deployed.recursive_loop == "Allow"
    assert deployed.runtimes == {"1": {"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": ARN}}
    assert deployed.scaling == {"1": {"MinExecutionEnvironments": 3}}
    assert not WRITES & set(server.operations), "nothing is left to write after the smoke test"


def test_an_unchanged_deploy_reads_each_once_and_writes_nothing(project: Project, server: AwsServer) -> None:
    function, package = everything(project), project.package()
    project.deploy(function, package)
    server.requests.clear()
    project.deploy(function, package)
    assert server.writes == []
    assert sorted(server.operations) == [
        "DescribeLogGroups", "GetFunction", "GetFunction", "GetFunctionRecursionConfig", "GetFunctionScalingConfig",
        "GetRuntimeManagementConfig",
    ]  # fmt: skip


def test_each_new_version_is_given_what_a_version_has_of_its_own(project: Project, server: AwsServer) -> None:
    project.deploy(everything(project), project.package("v1"))
    plan = project.plan(everything(project), project.package("v2"))
    made = [(change.resource, change.action) for change in plan.changes]
    assert made[1:] == [
        (Resource.VERSION, Action.CREATE),
        (Resource.RUNTIME_MANAGEMENT, Action.CREATE),
        (Resource.SCALING, Action.CREATE),
        (Resource.ALIAS, Action.UPDATE),
    ]
    project.deploy(everything(project), project.package("v2"))
    deployed = server.functions["orders"]
    assert deployed.runtimes["2"] == deployed.runtimes["1"]
    assert deployed.scaling["2"] == deployed.scaling["1"]
    assert not project.plan(everything(project), project.package("v2")).changed


def test_a_change_of_it_alone_publishes_nothing(project: Project, server: AwsServer) -> None:
    project.deploy(everything(project), project.package())
    server.requests.clear()
    function = project.function(
        {"CapacityProviderConfig": PROVIDER}, log_retention_in_days=30, recursive_loop="Terminate",
        runtime_management={"update-runtime-on": "Auto"}, scaling={"max-execution-environments": 9},
    )  # fmt: skip
    assert fields(project, function, Resource.LOG_RETENTION) == {"log-retention-in-days": ("14", "30")}
    assert fields(project, function, Resource.RECURSION) == {"recursive-loop": ("Allow", "Terminate")}
    assert fields(project, function, Resource.RUNTIME_MANAGEMENT) == {"update-runtime-on": ("Manual", "Auto")}
    assert fields(project, function, Resource.SCALING) == {"max-execution-environments": ("", "9")}
    project.deploy(function, project.package())
    assert server.writes == [
        "PutRetentionPolicy", "PutFunctionRecursionConfig", "PutRuntimeManagementConfig", "PutFunctionScalingConfig",
    ]  # fmt: skip
    deployed = server.functions["orders"]
    assert deployed.runtimes == {"1": {"UpdateRuntimeOn": "Auto"}}
    assert deployed.scaling == {"1": {"MinExecutionEnvironments": 3, "MaxExecutionEnvironments": 9}}
    assert not project.plan(function, project.package()).changed


def test_what_is_not_declared_is_neither_read_nor_touched(project: Project, server: AwsServer) -> None:
    project.deploy(everything(project), project.package("v1"))
    server.requests.clear()
    project.deploy(project.function(), project.package("v2"))
    deployed = server.functions["orders"]
    assert (server.logs.groups, deployed.recursive_loop) == ({GROUP: 14}, "Allow")
    assert set(deployed.runtimes) == set(deployed.scaling) == {"1"}
    assert not {name for name in server.operations if "Log" in name or "Config" in name}


@pytest.mark.parametrize(
    ("group", "declared", "change", "after"),
    [
        ({}, 7, {"log-group": ("", GROUP), "log-retention-in-days": ("", "7")}, {GROUP: 7}),
        ({GROUP: None}, 7, {"log-retention-in-days": ("none", "7")}, {GROUP: 7}),
        ({GROUP: 30}, "none", {"log-retention-in-days": ("30", "none")}, {GROUP: None}),
        ({GROUP: None}, "none", {}, {GROUP: None}),
        ({}, "none", {}, {}),
        ({f"{GROUP}-old": 1}, 7, {"log-group": ("", GROUP), "log-retention-in-days": ("", "7")}, {GROUP: 7, f"{GROUP}-old": 1}),
    ],
    ids=["missing", "for ever", "cleared", "clear already", "none to clear", "another's name begins alike"],
)  # fmt: skip
def test_the_log_group_is_made_where_it_is_missing_and_its_retention_set_or_cleared(
    project: Project,
    server: AwsServer,
    group: dict[str, int | None],
    declared: JsonValue,
    change: dict[str, tuple[str, str]],
    after: dict[str, int | None],
) -> None:
    project.deploy(project.function(), project.package())
    server.logs.groups.update(group)
    function = project.function(log_retention_in_days=declared)
    assert fields(project, function, Resource.LOG_RETENTION) == change
    project.deploy(function, project.package())
    assert server.logs.groups == after
    assert not project.plan(function, project.package()).changed


def test_the_group_is_the_one_that_the_function_logs_to(project: Project, server: AwsServer) -> None:
    declared = project.function({"LoggingConfig": {"LogGroup": "/shop/all"}}, log_retention_in_days=7)
    project.deploy(declared, project.package())
    assert server.logs.groups == {"/shop/all": 7}
    project.deploy(project.function(log_retention_in_days=14), project.package())
    assert server.logs.groups == {"/shop/all": 14}, "what is not declared is as on AWS"


def test_a_group_that_others_make_at_the_same_time_is_taken(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    server.faults.add("CreateLogGroup", Before(lambda: server.logs.groups.update({GROUP: None})))
    project.deploy(project.function(log_retention_in_days=7), project.package())
    assert server.logs.groups == {GROUP: 7}


@pytest.mark.parametrize(
    "operation", ["PutRetentionPolicy", "PutFunctionRecursionConfig", "PutRuntimeManagementConfig"]
)
def test_another_change_in_progress_is_waited_for(project: Project, server: AwsServer, operation: str) -> None:
    code = "OperationAbortedException" if "Policy" in operation else "ResourceConflictException"
    server.faults.add(
        operation, Status(409, code, "The operation cannot be performed: an update is in progress"), times=2
    )
    project.deploy(everything(project), project.package())
    assert server.operations.count(operation) == 3
    assert not project.plan(everything(project), project.package()).changed


@pytest.mark.parametrize("operation", sorted(WRITES - {"DeleteRetentionPolicy"}))
def test_a_page_of_a_proxy_is_no_success_and_the_next_run_converges(
    project: Project, server: AwsServer, operation: str
) -> None:
    server.faults.add(operation, Html())
    with pytest.raises(AwsError, match="the answer is not one of AWS"):
        project.deploy(everything(project), project.package())
    assert project.alias() == ""
    project.deploy(everything(project), project.package())
    assert (project.alias(), project.plan(everything(project), project.package()).changed) == ("1", False)


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("DescribeLogGroups", "logs:DescribeLogGroups"),
        ("PutRetentionPolicy", "logs:PutRetentionPolicy"),
        ("GetFunctionRecursionConfig", "lambda:GetFunctionRecursionConfig"),
        ("PutRuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"),
    ],
)
def test_a_denial_names_the_action(project: Project, server: AwsServer, operation: str, action: str) -> None:
    project.deploy(project.function({"CapacityProviderConfig": PROVIDER}), project.package())
    text = (
        f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: {action} on resource: arn:aws:x:y "
        f"because no identity-based policy allows the {action} action"
    )
    server.faults.add(operation, Status(400 if "og" in operation else 403, "AccessDeniedException", text))
    with pytest.raises(AwsError, match=action) as caught:
        project.deploy(everything(project), project.package())
    assert action in caught.value.fix


def test_a_run_that_is_killed_after_any_request_is_finished_by_the_next(project: Project, server: AwsServer) -> None:
    function, package = everything(project), project.package()
    for count in range(1, 30):
        server.reset()
        try:
            with project.killed_after(count):
                project.deploy(function, package)
        except Killed:
            project.deploy(function, package)
        else:
            break
        assert server.functions["orders"].runtimes["1"]["UpdateRuntimeOn"] == "Manual"
        assert not project.plan(function, package).changed
    assert count > 8


def test_code_only_leaves_all_of_it_to_others(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    function = project.function(mode="code-only", log_retention_in_days=7, recursive_loop="Allow")
    project.deploy(function, project.package("v2"))
    assert (server.logs.groups, server.functions["orders"].recursive_loop) == ({}, "Terminate")
