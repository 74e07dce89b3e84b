from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef"
PROVIDER: JsonValue = {
    "LambdaManagedInstancesCapacityProviderConfig": {
        "CapacityProviderArn": "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:machines"
    }
}


def test_a_new_function_is_created_published_and_given_its_alias(project: Project, server: AwsServer) -> None:
    function = project.function(
        {"Timeout": 10, "Description": "orders"}, environment={"TABLE": "t"}, tags={"team": "a"}
    )
    release = project.deploy(function, project.package())
    assert (release.version, release.previous_version, project.alias()) == ("1", "", "1")
    assert release.version_arn == "arn:aws:lambda:eu-west-1:123456789012:function:orders:1"
    assert release.timeout == 10
    created = server.functions["orders"]
    assert created.tags == {"team": "a", "lambda-ci:project": "shop"}
    assert created.config["Environment"] == {"Variables": {"TABLE": "t"}}
    assert server.operations == [
        "GetFunction", "CreateFunction", "GetFunction", "GetFunction", "PublishVersion", "CreateAlias",
    ]  # fmt: skip


def test_an_unchanged_deploy_makes_two_requests_and_writes_nothing(project: Project, server: AwsServer) -> None:
    function, package = project.function({"Timeout": 10}, environment={"TABLE": "t"}), project.package()
    project.deploy(function, package)
    server.requests.clear()
    release = project.deploy(function, package)
    assert server.operations == ["GetFunction", "GetFunction"]
    assert (release.moves, release.version, release.previous_version) == (False, "1", "1")
    assert project.plan(function, package).changes == ()


def test_new_code_is_uploaded_published_and_released_in_seven_requests_besides_waiting(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.requests.clear()
    release = project.deploy(project.function(), project.package("v2"))
    assert (release.version, release.previous_version, project.alias()) == ("2", "1", "2")
    assert server.operations == [
        "GetFunction", "GetFunction", "UpdateFunctionCode", "GetFunction", "GetFunction", "PublishVersion", "GetAlias", "UpdateAlias",
    ]  # fmt: skip


def test_new_configuration_alone_uploads_no_code(project: Project, server: AwsServer) -> None:
    project.deploy(project.function({"Timeout": 3}), project.package())
    server.requests.clear()
    project.deploy(project.function({"Timeout": 30}), project.package())
    assert server.writes == ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]
    assert server.functions["orders"].versions["2"]["Timeout"] == 30


def test_configuration_comes_before_code_and_both_before_one_version(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.requests.clear()
    project.deploy(project.function({"MemorySize": 512}, tags={"team": "b"}), project.package("v2"))
    assert server.writes == [
        "UpdateFunctionConfiguration", "UpdateFunctionCode", "TagResource", "PublishVersion", "UpdateAlias",
    ]  # fmt: skip


def test_only_members_that_are_declared_and_differ_are_sent(project: Project, server: AwsServer) -> None:
    project.deploy(project.function({"Timeout": 3, "MemorySize": 256}), project.package())
    server.requests.clear()
    project.deploy(project.function({"Timeout": 9, "MemorySize": 256}), project.package())
    sent = next(request.parameters for request in server.requests if request.operation == "UpdateFunctionConfiguration")
    assert set(sent) == {"FunctionName", "RevisionId", "Timeout"}


def test_what_is_not_declared_is_left_as_others_set_it(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    server.functions["orders"].config |= {"Timeout": 77, "Environment": {"Variables": {"THEIRS": "x"}}}
    server.functions["orders"].tags["theirs"] = "kept"
    server.requests.clear()
    project.deploy(project.function(), project.package("v2"))
    now = server.functions["orders"]
    assert (now.config["Timeout"], now.config["Environment"]) == (77, {"Variables": {"THEIRS": "x"}})
    assert now.tags["theirs"] == "kept"
    assert "UpdateFunctionConfiguration" not in server.writes


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("merge", {"OURS": "2", "THEIRS": "x"}), ("replace", {"OURS": "2"})],
    ids=["merge", "replace"],
)
def test_environment_mode_decides_what_happens_to_variables_of_others(
    project: Project, server: AwsServer, mode: str, expected: dict[str, str]
) -> None:
    project.deploy(project.function(environment={"OURS": "1"}), project.package())
    server.functions["orders"].config["Environment"] = {"Variables": {"OURS": "1", "THEIRS": "x"}}
    function = project.function(environment={"OURS": "2"}, environment_mode=mode)
    project.deploy(function, project.package())
    assert server.functions["orders"].config["Environment"] == {"Variables": expected}
    assert server.functions["orders"].versions["2"]["Environment"] == {"Variables": expected}
    assert not project.plan(function, project.package()).changed


def test_an_alias_that_is_missing_is_created_on_the_version_that_exists(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    del server.functions["orders"].aliases["live"]
    server.requests.clear()
    assert project.deploy(project.function(), project.package()).version == "1"
    assert server.writes == ["PublishVersion", "CreateAlias"]
    assert project.alias() == "1"


def test_an_alias_that_others_moved_to_old_code_is_moved_back(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    project.deploy(project.function(), project.package("v2"))
    server.functions["orders"].aliases["live"]["FunctionVersion"] = "1"
    server.requests.clear()
    release = project.deploy(project.function(), project.package("v2"))
    assert (release.version, release.previous_version, project.alias()) == ("2", "1", "2")
    assert server.writes == ["PublishVersion", "UpdateAlias"]


def test_an_alias_on_latest_is_moved_to_a_published_version(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    server.functions["orders"].aliases["live"]["FunctionVersion"] = "$LATEST"
    release = project.deploy(project.function(), project.package())
    assert (release.version, release.previous_version, project.alias()) == ("1", "$LATEST", "1")


def test_moving_the_alias_ends_a_split_that_another_run_left_behind(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package("v1"))
    project.deploy(project.function(), project.package("v2"))
    alias = server.functions["orders"].aliases["live"]
    alias |= {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}}}
    project.deploy(project.function(), project.package("v3"))
    assert "RoutingConfig" not in server.functions["orders"].aliases["live"]
    assert project.alias() == "3"


def test_latest_that_others_changed_is_put_right_although_the_alias_runs_what_is_declared(
    project: Project, server: AwsServer
) -> None:
    project.deploy(project.function({"Timeout": 5}), project.package())
    server.functions["orders"].config["Timeout"] = 6
    server.requests.clear()
    release = project.deploy(project.function({"Timeout": 5}), project.package())
    assert server.writes == ["UpdateFunctionConfiguration"]
    assert (release.moves, project.alias(), server.functions["orders"].config["Timeout"]) == (False, "1", 5)


def test_a_failing_test_leaves_the_alias_and_the_next_run_publishes_the_same_version(project: Project) -> None:
    project.deploy(project.function(), project.package("v1"))

    def fail(_release: object) -> None:
        raise RuntimeError("smoke")

    with pytest.raises(RuntimeError):
        project.deploy(project.function(), project.package("v2"), smoke=fail)
    assert project.alias() == "1"
    assert project.deploy(project.function(), project.package("v2")).version == "2"
    assert project.alias() == "2"


def test_a_published_version_is_waited_for_until_it_is_active(project: Project, server: AwsServer) -> None:
    server.lambda_.publishing = 3
    states: list[str] = []
    project.deploy(
        project.function({"SnapStart": {"ApplyOn": "PublishedVersions"}}),
        project.package(),
        smoke=lambda release: states.append(str(server.functions["orders"].version_reads[release.version])),
    )
    assert states == ["0"]


def test_the_architecture_goes_with_the_code(project: Project, server: AwsServer) -> None:
    project.deploy(project.function(), project.package())
    server.requests.clear()
    project.deploy(project.function(architecture="arm64"), project.package())
    assert server.writes == ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert server.functions["orders"].versions["2"]["Architectures"] == ["arm64"]


def test_the_key_that_encrypts_the_code_survives_an_update_that_does_not_declare_it(
    project: Project, server: AwsServer
) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    project.deploy(project.function({"SourceKMSKeyArn": key}), project.package("v1"))
    assert server.functions["orders"].code_key == key
    assert not project.plan(project.function({"SourceKMSKeyArn": key}), project.package("v1")).changed
    project.deploy(project.function(), project.package("v2"))
    assert server.functions["orders"].code_key == key


def test_a_declared_code_signing_configuration_is_attached_before_the_code(project: Project, server: AwsServer) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdefg"
    project.deploy(project.function(), project.package("v1"))
    server.requests.clear()
    function = project.function(code_signing_config_arn=arn)
    project.deploy(function, project.package("v2"))
    assert server.writes[:2] == ["PutFunctionCodeSigningConfig", "UpdateFunctionCode"]
    assert server.functions["orders"].code_signing == arn
    server.requests.clear()
    assert not project.plan(function, project.package("v2")).changed
    assert server.operations == ["GetFunction", "GetFunction", "GetFunctionCodeSigningConfig"]


def test_a_code_signing_configuration_comes_with_a_new_function_and_is_taken_off_again(
    project: Project, server: AwsServer
) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-0123456789abcdefg"
    project.deploy(project.function(code_signing_config_arn=arn), project.package())
    assert server.functions["orders"].code_signing == arn
    assert "PutFunctionCodeSigningConfig" not in server.operations
    project.deploy(project.function(code_signing_config_arn="none"), project.package())
    assert server.functions["orders"].code_signing == ""
    assert not project.plan(project.function(code_signing_config_arn="none"), project.package()).changed


def test_a_structure_declared_in_part_keeps_its_other_keys(project: Project, server: AwsServer) -> None:
    logging: dict[str, JsonValue] = {"LogFormat": "JSON", "LogGroup": "/shop/orders", "SystemLogLevel": "WARN"}
    project.deploy(project.function({"LoggingConfig": logging}), project.package())
    project.deploy(project.function({"LoggingConfig": {"ApplicationLogLevel": "DEBUG"}}), project.package())
    assert server.functions["orders"].config["LoggingConfig"] == {**logging, "ApplicationLogLevel": "DEBUG"}
    project.deploy(project.function({"LoggingConfig": {"LogFormat": "Text"}}), project.package())
    assert server.functions["orders"].config["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/shop/orders"}


@pytest.mark.parametrize(
    ("member", "value", "cleared"),
    [
        ("Layers", ["arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"], []),
        ("VpcConfig", {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, {"SubnetIds": [], "SecurityGroupIds": []}),
        ("DeadLetterConfig", {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead"}, {"TargetArn": ""}),
        ("KMSKeyArn", "arn:aws:kms:eu-west-1:123456789012:key/1", ""),
        ("Description", "words", ""),
        ("TracingConfig", {"Mode": "Active"}, {"Mode": "PassThrough"}),
        ("SnapStart", {"ApplyOn": "PublishedVersions"}, {"ApplyOn": "None"}),
        ("EphemeralStorage", {"Size": 1024}, {"Size": 512}),
        ("FileSystemConfigs", [{"Arn": f"{ACCESS_POINT}0", "LocalMountPath": "/mnt/data"}], []),
        ("LoggingConfig", {"LogFormat": "JSON", "LogGroup": "/shop/all"}, {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"}),
        ("CapacityProviderConfig", PROVIDER, PROVIDER),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_member_is_set_kept_and_cleared_with_an_empty_plan_after_each(
    project: Project, server: AwsServer, member: str, value: JsonValue, cleared: JsonValue
) -> None:
    package = project.package()
    server.lambda_.layers.put("deps")
    steps: tuple[JsonValue, ...] = (value, cleared)
    for wanted in steps:
        function = project.function({member: wanted})
        project.deploy(function, package)
        assert server.functions["orders"].config[member] == wanted
        assert not project.plan(function, package).changed
    assert not project.plan(project.function(), package).changed
