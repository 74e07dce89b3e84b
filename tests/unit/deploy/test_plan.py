from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.current import Current
from lambda_ci.deploy.desired import desired
from lambda_ci.deploy.plan import changes
from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.model.change import Action, Resource
from tests.fakes.deployment import declared
from tests.fakes.lives import live

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.deploy.live import Live
    from lambda_ci.model.change import Change
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


def shown(change: Change | None) -> dict[str, tuple[str, str]]:
    return {field.field: (field.before, field.after) for field in change.fields} if change else {}


def short(value: str) -> str:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:8]}"


def seen(latest: Live) -> Current:
    """A function whose alias runs what $LATEST is."""
    return Current(
        function_name="orders", alias="live", latest=latest, released=latest, places={}, unreported=frozenset()
    )


def test_the_plan_of_a_function_that_does_not_exist_lists_all_that_is_declared(
    project: Project, server: AwsServer
) -> None:
    function = project.function(
        {"Timeout": 9, "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
        environment={"KEY": "secret"},
        tags={"team": "a"},
    )
    package = project.package()
    plan = project.plan(function, package)
    assert [(change.resource, change.action) for change in plan.changes] == [
        (Resource.FUNCTION, Action.CREATE),
        (Resource.VERSION, Action.CREATE),
        (Resource.ALIAS, Action.CREATE),
    ]
    assert shown(plan.find(Resource.FUNCTION)) == {
        "role": ("", "arn:aws:iam::123456789012:role/orders"),
        "timeout": ("", "9"),
        "vpc-config.subnet-ids": ("", '["subnet-1"]'),
        "vpc-config.security-group-ids": ("", '["sg-1"]'),
        "handler": ("", "app.handler"),
        "runtime": ("", "python3.12"),
        "architectures": ("", '["x86_64"]'),
        "environment.KEY": ("", "sha256:2bb80d53"),
        "tags.team": ("", "a"),
        "tags.lambda-ci:project": ("", "shop"),
        "code-sha256": ("", package.code_sha256[:12]),
        "code-size": ("", str(package.size)),
    }
    assert server.operations == ["GetFunction"]


def test_a_plan_shows_fields_before_and_after_and_writes_nothing(project: Project, server: AwsServer) -> None:
    old = project.package("v1")
    project.deploy(
        project.function({"Timeout": 3, "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}), old
    )
    server.requests.clear()
    new = project.package("version two")
    plan = project.plan(
        project.function({"Timeout": 9, "VpcConfig": {"SubnetIds": ["subnet-2"]}}, tags={"team": "b"}), new
    )
    assert shown(plan.find(Resource.CONFIGURATION)) == {
        "timeout": ("3", "9"),
        "vpc-config.subnet-ids": ('["subnet-1"]', '["subnet-2"]'),
    }
    assert shown(plan.find(Resource.CODE)) == {
        "code-sha256": (old.code_sha256[:12], new.code_sha256[:12]),
        "code-size": (str(old.size), str(new.size)),
    }
    assert shown(plan.find(Resource.TAGS)) == {"tags.team": ("", "b")}
    assert shown(plan.find(Resource.VERSION)) == {"version": ("1", "(new version)")}
    assert shown(plan.find(Resource.ALIAS)) == {"alias.live": ("1", "(new version)")}
    assert server.operations == ["GetFunction", "GetFunction"]


def test_values_of_variables_appear_as_short_hashes_only(project: Project) -> None:
    project.deploy(
        project.function(environment={"KEEP": "same", "EDIT": "hunter1", "DROP": "hunter2"}), project.package()
    )
    function = project.function(
        environment={"KEEP": "same", "EDIT": "hunter3", "EMPTY": ""}, environment_mode="replace"
    )
    plan = project.plan(function, project.package())
    assert shown(plan.find(Resource.CONFIGURATION)) == {
        "environment.DROP": (short("hunter2"), ""),
        "environment.EDIT": (short("hunter1"), short("hunter3")),
        "environment.EMPTY": ("", "sha256:e3b0c442"),
    }
    assert "hunter" not in repr(plan)
    assert "hunter" not in repr(desired(function, project.package(), project="shop"))


def test_a_plan_that_is_carried_out_is_empty_afterwards(project: Project, server: AwsServer) -> None:
    server.lambda_.layers.put("deps")
    function = project.function(
        {"Layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"]}, environment={"KEY": "x"}
    )
    package = project.package()
    assert project.plan(function, package).changed
    project.deploy(function, package)
    plan = project.plan(function, package)
    assert (plan.changed, plan.changes) == (False, ())


def test_a_function_without_a_role_cannot_be_created_and_the_message_says_where_to_write_it(
    project: Project, server: AwsServer
) -> None:
    function = project.function()
    function = type(function)(
        name=function.name,
        spec=function.spec.model_copy(update={"members": {}}),
        source=function.source,
        requirements=None,
    )
    with pytest.raises(ConfigurationError, match="no role is declared") as caught:
        project.plan(function, project.package())
    assert "functions.orders" in caught.value.fix
    project.deploy(project.function(), project.package())
    assert not project.plan(function, project.package()).changed
    assert server.functions["orders"].config["Role"] == "arn:aws:iam::123456789012:role/orders"


@pytest.mark.parametrize(
    ("members", "live", "words"),
    [
        ({"PackageType": "Image"}, {}, "PackageType"),
        ({}, {"PackageType": "Image"}, "PackageType of the function orders is Image, and Zip is wanted"),
        ({"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}, {}, "TenancyConfig"),
    ],
)
def test_what_only_a_creation_can_set_is_refused_for_an_existing_function(
    project: Project, server: AwsServer, members: dict[str, JsonValue], live: dict[str, JsonValue], words: str
) -> None:
    project.deploy(project.function(), project.package())
    server.functions["orders"].config |= live
    server.requests.clear()
    with pytest.raises(AwsError, match=words) as caught:
        project.deploy(project.function(members), project.package("v2"))
    assert "another name" in caught.value.fix
    assert server.writes == []


@pytest.mark.parametrize(
    ("environment_error", "tags_error", "words", "fix"),
    [
        (
            "Lambda was unable to decrypt your environment variables",
            "",
            "cannot be read, so that nothing can be merged",
            "kms:Decrypt",
        ),
        ("", "not authorized to perform: lambda:ListTags", "tags of orders cannot be read", "lambda:ListTags"),
    ],
)
def test_what_cannot_be_read_cannot_be_merged(
    project: Project, environment_error: str, tags_error: str, words: str, fix: str
) -> None:
    package = project.package()
    current = seen(live(code_sha256=package.code_sha256, environment_error=environment_error, tags_error=tags_error))
    wanted = desired(declared(project.folder, environment={"KEY": "x"}), package, project="shop")
    with pytest.raises(AwsError, match=words) as caught:
        changes.plan(wanted, current, staging=None)
    assert fix in caught.value.fix


def test_a_replaced_environment_need_not_be_readable(project: Project) -> None:
    package = project.package()
    current = seen(live(code_sha256=package.code_sha256, environment_error="no"))
    function = declared(project.folder, environment={"KEY": "x"}, environment_mode="replace")
    plan = changes.plan(desired(function, package, project="shop"), current, staging=None)
    assert shown(plan.find(Resource.CONFIGURATION)) == {"environment.KEY": ("", "sha256:2d711642")}
