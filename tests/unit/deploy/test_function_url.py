from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from tests.fakes.aws_server import Html, Lost, Status
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from pydantic import JsonValue

    from lambda_ci.model.change import Plan
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

PUBLIC: JsonValue = {"auth-type": "NONE"}
SIGNED: JsonValue = {"auth-type": "AWS_IAM"}
CORS: JsonValue = {"auth-type": "NONE", "cors": {"allow-origins": ["https://shop.example"], "max-age": 60}}
ADD, CREATE, UPDATE = "AddPermission", "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"
DELETE, REMOVE = "DeleteFunctionUrlConfig", "RemovePermission"
OURS = {"lambda-ci-url", "lambda-ci-url-invoke"}


def orders(server: AwsServer) -> Deployed:
    return server.functions["orders"]


def changed(plan: Plan) -> list[tuple[Resource, Action]]:
    return [(one.resource, one.action) for one in plan.changes]


def deployed(project: Project, server: AwsServer, url: JsonValue = None) -> None:
    """A function whose alias has this URL."""
    project.deploy(project.function(url=url), project.package())
    server.requests.clear()


def test_a_public_url_is_made_after_the_alias_with_both_permissions_bound_to_urls(
    project: Project, server: AwsServer
) -> None:
    function, package = project.function(url=CORS), project.package()
    assert changed(project.plan(function, package))[-2:] == [
        (Resource.URL_PERMISSIONS, Action.CREATE),
        (Resource.URL, Action.CREATE),
    ]
    server.requests.clear()
    project.deploy(function, package, smoke=lambda _: not orders(server).urls or pytest.fail("made before the test"))
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", ADD, ADD, CREATE]
    url = orders(server).urls["live"]
    assert (url["AuthType"], url["InvokeMode"]) == ("NONE", "BUFFERED")
    assert url["Cors"] == {"AllowOrigins": ["https://shop.example"], "MaxAge": 60}
    statements = orders(server).statements["live"]
    assert {name: (one["Action"], one["Principal"], one["Condition"]) for name, one in statements.items()} == {
        "lambda-ci-url": (
            "lambda:InvokeFunctionUrl",
            "*",
            {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        ),
        "lambda-ci-url-invoke": ("lambda:InvokeFunction", "*", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
    }
    assert not project.plan(function, package).changed


def test_a_url_for_signed_requests_has_no_permissions_and_costs_one_read(project: Project, server: AwsServer) -> None:
    deployed(project, server, SIGNED)
    assert orders(server).urls["live"]["AuthType"] == "AWS_IAM"
    assert not orders(server).statements
    project.deploy(project.function(url=SIGNED), project.package())
    assert server.operations == ["GetFunction", "GetFunction", "GetFunctionUrlConfig"]


def test_an_unchanged_public_url_costs_two_reads_and_no_write(project: Project, server: AwsServer) -> None:
    deployed(project, server, CORS)
    project.deploy(project.function(url=CORS), project.package())
    assert server.operations == ["GetFunction", "GetFunction", "GetFunctionUrlConfig", "GetPolicy"]


def test_where_no_url_is_declared_none_is_read_or_touched(project: Project, server: AwsServer) -> None:
    deployed(project, server, PUBLIC)
    project.deploy(project.function(), project.package("v2"))
    assert "GetFunctionUrlConfig" not in server.operations
    assert orders(server).urls["live"]["AuthType"] == "NONE"


@pytest.mark.parametrize(
    ("before", "after", "writes"),
    [
        (PUBLIC, CORS, [UPDATE]),
        (PUBLIC, {"auth-type": "NONE", "invoke-mode": "RESPONSE_STREAM"}, [UPDATE]),
        (PUBLIC, SIGNED, ["TagResource", REMOVE, REMOVE, UPDATE]),
        (SIGNED, PUBLIC, [ADD, ADD, UPDATE]),
        (PUBLIC, "none", [DELETE, REMOVE, REMOVE]),
        (None, "none", []),
        (None, SIGNED, ["TagResource", CREATE]),
        (SIGNED, "none", [DELETE, "UntagResource"]),
    ],
)
def test_a_url_alone_publishes_nothing_and_the_plan_is_empty_afterwards(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, writes: list[str]
) -> None:
    deployed(project, server, before)
    function, package = project.function(url=after), project.package()
    assert project.plan(function, package).changed == bool(writes)
    project.deploy(function, package)
    assert server.writes == writes
    assert set(orders(server).statements.get("live", {})) == (
        OURS if isinstance(after, dict) and after["auth-type"] == "NONE" else set()
    )
    assert not project.plan(function, package).changed


def test_cors_that_is_not_declared_stays_and_order_and_case_of_headers_do_not_matter(
    project: Project, server: AwsServer
) -> None:
    deployed(project, server, CORS)
    cors: JsonValue = {"allow-headers": ["X-B", "X-A"], "allow-methods": ["GET"]}
    function = project.function(url={"auth-type": "NONE", "cors": cors})
    plan = project.plan(function, project.package())
    change = plan.find(Resource.URL)
    assert change
    assert {one.field: one.after for one in change.fields} == {
        "cors.allow-headers": "X-B, X-A",
        "cors.allow-methods": "GET",
    }
    project.deploy(function, project.package())
    live = cast("dict[str, JsonValue]", orders(server).urls["live"]["Cors"])
    assert live["AllowOrigins"] == ["https://shop.example"]
    live["AllowHeaders"] = ["x-a", "x-b"]
    assert not project.plan(function, project.package()).changed


@pytest.mark.parametrize(
    "wrong",
    [
        {"Condition": {}},
        {"Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "false"}}},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Effect": "Deny"},
        {"Action": "lambda:*"},
    ],
    ids=str,
)
def test_a_statement_of_ours_that_says_something_else_is_put_right(
    project: Project, server: AwsServer, wrong: dict[str, JsonValue]
) -> None:
    deployed(project, server, PUBLIC)
    orders(server).statements["live"]["lambda-ci-url-invoke"] |= wrong
    function, package = project.function(url=PUBLIC), project.package()
    assert changed(project.plan(function, package)) == [(Resource.URL_PERMISSIONS, Action.UPDATE)]
    project.deploy(function, package)
    assert server.writes == [REMOVE, ADD]
    assert not project.plan(function, package).changed


def test_statements_of_others_stay(project: Project, server: AwsServer) -> None:
    deployed(project, server, PUBLIC)
    orders(server).statements["live"]["theirs"] = {"Sid": "theirs", "Effect": "Allow"}
    project.deploy(project.function(url="none"), project.package())
    assert set(orders(server).statements["live"]) == {"theirs"}
    assert not orders(server).urls


@pytest.mark.parametrize("tags", [{}, {"lambda-ci:url": "beta"}])
def test_a_url_that_is_not_ours_is_never_deleted(project: Project, server: AwsServer, tags: dict[str, str]) -> None:
    deployed(project, server, SIGNED)
    orders(server).tags = {"lambda-ci:project": "shop", **tags}
    with pytest.raises(AwsError, match="carries neither a permission nor a tag of lambda-ci") as caught:
        project.deploy(project.function(url="none"), project.package("v2"))
    assert "delete-function-url-config --function-name orders --qualifier live" in caught.value.fix
    assert server.writes == []


def test_a_tag_that_cannot_be_taken_off_fails_nothing(project: Project, server: AwsServer) -> None:
    deployed(project, server, SIGNED)
    server.faults.add("UntagResource", Status(403, "AccessDeniedException", "no"))
    project.deploy(project.function(url="none"), project.package())
    assert not orders(server).urls
    assert not project.plan(project.function(url="none"), project.package()).changed
    assert "could not remove the tag lambda-ci:url" in project.log.getvalue()


def test_a_failed_smoke_test_leaves_no_url(project: Project, server: AwsServer) -> None:
    def fail(_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        project.deploy(project.function(url=PUBLIC), project.package(), smoke=fail)
    assert not orders(server).urls
    assert not orders(server).statements


@pytest.mark.parametrize("kind", ["killed", "lost", "repeated"])
@pytest.mark.parametrize(
    ("before", "after", "count"), [(None, CORS, 3), (PUBLIC, SIGNED, 3), (PUBLIC, "none", 3)], ids=str
)
def test_a_run_that_ends_at_any_write_is_finished_by_the_next(
    project: Project, server: AwsServer, before: JsonValue, after: JsonValue, count: int, kind: str
) -> None:
    function, package = project.function(url=after), project.package()
    for number in range(count):
        server.reset()
        deployed(project, server, before)
        if kind == "killed":
            with project.killed_after(4 + number + 1), pytest.raises(Killed):
                project.deploy(function, package)
        elif kind == "lost":
            server.faults.add(f"{ADD}|{CREATE}|{UPDATE}|{DELETE}|{REMOVE}", Lost(), after=number)
            project.deploy(function, package)
        else:
            server.faults.add(f"{ADD}|{CREATE}|{UPDATE}", Lost(), after=number if before is None else 0)
            with project.repeating(2):
                project.deploy(function, package)
        project.deploy(function, package)
        assert not project.plan(function, package).changed


@pytest.mark.parametrize("action", [ADD, CREATE, "GetFunctionUrlConfig", "GetPolicy"])
def test_who_may_not_is_told_what_to_allow(project: Project, server: AwsServer, action: str) -> None:
    deployed(project, server)
    words = f"User: arn:aws:iam::123456789012:user/ci is not authorized to perform: lambda:{action} on resource: arn:aws:lambda:x"
    server.faults.add(action, Status(403, "AccessDeniedException", words))
    with pytest.raises(AwsError, match=f"lambda:{action}") as caught:
        project.deploy(project.function(url=PUBLIC), project.package())
    assert f"lambda:{action}" in caught.value.fix
    project.deploy(project.function(url=PUBLIC), project.package())
    assert set(orders(server).statements["live"]) == OURS


@pytest.mark.parametrize(
    "page", [b'{"Policy": "{"}', b'{"Policy": "[]"}', b'{"Policy": "{\\"Statement\\": [5]}"}', b"{}"]
)
def test_what_is_no_policy_is_no_success(project: Project, server: AwsServer, page: bytes) -> None:
    deployed(project, server, PUBLIC)
    server.faults.add("GetPolicy", Html(page, "application/json"))
    with pytest.raises(AwsError, match="could not read the policy"):
        project.deploy(project.function(url=PUBLIC), project.package())
    assert server.writes == []


def test_a_url_that_was_left_by_a_deleted_alias_is_used_again(project: Project, server: AwsServer) -> None:
    deployed(project, server, PUBLIC)
    address = orders(server).urls["live"]["FunctionUrl"]
    del orders(server).aliases["live"]
    project.deploy(project.function(url=PUBLIC), project.package())
    assert server.writes == ["PublishVersion", "CreateAlias"]
    assert orders(server).urls["live"]["FunctionUrl"] == address
