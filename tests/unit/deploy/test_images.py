"""Functions that are container images, against the strict emulated AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from lambda_ci.deploy.live import live
from lambda_ci.deploy.package import runs
from lambda_ci.errors import AwsError
from lambda_ci.model.artifact import ImagePackage
from tests.fakes.aws_ecr import INDEX
from tests.fakes.aws_server import Before, Lost
from tests.fakes.deployment import Killed

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import GetFunctionResponseTypeDef

    from lambda_ci.model.settings import Function
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project


def image(server: AwsServer, tag: str = "1", **how: str) -> ImagePackage:
    """Pushed by somebody."""
    digest = server.ecr.put("orders", tag, **how)
    return ImagePackage(function="orders", repository=server.ecr.uri("orders"), digest=digest, tag=tag)


def function(project: Project, **members: object) -> Function:
    return project.function({**members}, package_type="Image", image_uri="x.example/orders:1")  # type: ignore[dict-item]


def test_an_image_is_created_published_and_released_by_its_digest(project: Project, server: AwsServer) -> None:
    package = image(server)
    release = project.deploy(function(project, ImageConfig={"Command": ["app.handler"]}), package)
    assert (release.version, project.alias()) == ("1", "1")
    (created,) = [one.parameters for one in server.requests if one.operation == "CreateFunction"]
    assert created["Code"] == {"ImageUri": package.uri}
    assert (created["PackageType"], created["ImageConfig"]) == ("Image", {"Command": ["app.handler"]})
    assert not {"Handler", "Runtime"} & set(created)
    assert server.functions["orders"].version_images["1"][1] == package.uri


def test_an_unchanged_image_makes_two_requests_and_writes_nothing(project: Project, server: AwsServer) -> None:
    package, wanted = image(server), function(project, ImageConfig={"Command": ["a.b"], "WorkingDirectory": "/w"})
    project.deploy(wanted, package)
    server.requests.clear()
    assert project.deploy(wanted, package).moves is False
    assert server.operations == ["GetFunction", "GetFunction"]
    assert project.plan(wanted, package).changes == ()


def test_the_same_image_under_another_tag_is_no_change(project: Project, server: AwsServer) -> None:
    package = image(server)
    project.deploy(function(project), package)
    server.functions["orders"].image = (f"{package.repository}:other", package.uri)
    assert project.plan(function(project), package).changes == ()


def test_a_tag_that_moved_is_a_change_from_digest_to_digest(project: Project, server: AwsServer) -> None:
    first = image(server)
    project.deploy(function(project), first)
    moved = image(server, manifest='{"another": true}')
    (code, version, alias) = project.plan(function(project), moved).changes
    (field,) = code.fields
    assert (field.field, field.before, field.after) == ("image", first.shown, moved.shown)
    release = project.deploy(function(project), moved)
    assert (release.version, project.alias()) == ("2", "2")
    assert [version.resource, alias.resource] == ["version", "alias"]
    assert server.functions["orders"].version_images["2"][1] == moved.uri


def test_what_is_not_built_yet_is_shown_with_its_tag(project: Project, server: AwsServer) -> None:
    project.deploy(function(project), image(server))
    new = ImagePackage(function="orders", repository=server.ecr.uri("orders"), digest="", tag="lambda-ci-1")
    plan = project.plan(function(project), new)
    assert plan.changes[0].fields[0].after == f"{new.repository}:lambda-ci-1 (to be built)"


def test_new_configuration_alone_leaves_the_image(project: Project, server: AwsServer) -> None:
    package = image(server)
    project.deploy(function(project, Timeout=3), package)
    server.requests.clear()
    project.deploy(function(project, Timeout=9, ImageConfig={"Command": ["new.handler"]}), package)
    assert server.writes == ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]


@pytest.mark.parametrize("before", ["zip", "image"])
def test_the_kind_of_a_function_cannot_change(project: Project, server: AwsServer, before: str) -> None:
    zipped, imaged = (project.function(), project.package()), (function(project), image(server))
    first, second = (zipped, imaged) if before == "zip" else (imaged, zipped)
    project.deploy(*first)
    with pytest.raises(AwsError, match="PackageType of the function orders is") as caught:
        project.plan(*second)
    assert "delete-function --function-name orders" in caught.value.fix


def test_an_index_is_refused_by_lambda_and_explained(project: Project, server: AwsServer) -> None:
    with pytest.raises(AwsError, match="media type for the source image") as caught:
        project.deploy(function(project), image(server, media_type=INDEX))
    assert "--provenance=false" in caught.value.fix


def test_an_image_that_is_not_there_is_explained(project: Project, server: AwsServer) -> None:
    gone = ImagePackage(function="orders", repository=server.ecr.uri("orders"), digest="sha256:" + "0" * 64)
    with pytest.raises(AwsError, match=r"does not exist\. Provide a valid source image") as caught:
        project.deploy(function(project), gone)
    assert "correct image-uri" in caught.value.fix


@pytest.mark.parametrize(
    ("code", "why", "fix"),
    [
        ("ImageAccessDenied", "Lambda may not read the image", "lambda.amazonaws.com"),
        ("InvalidImage", "another architecture", "--provenance=false"),
        ("ImageDeleted", "was deleted from its repository", "lifecycle rules"),
        ("FunctionError.InvalidEntryPoint", "entry point", "image-config"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_what_lambda_finds_wrong_with_an_image_later_is_explained(
    project: Project, server: AwsServer, code: str, why: str, fix: str, is_new: bool
) -> None:
    if not is_new:
        project.deploy(function(project), image(server))
    server.lambda_.next_transition_fails = ("the image is of no use", code)
    with pytest.raises(AwsError, match="the image is of no use") as caught:
        project.deploy(function(project), image(server, "2"))
    assert why in caught.value.why
    assert fix in caught.value.fix
    assert project.alias() == ("" if is_new else "1")


def test_another_image_in_between_is_not_published(project: Project, server: AwsServer) -> None:
    project.deploy(function(project), image(server))
    theirs, ours = image(server, "theirs"), image(server, "ours")
    deployed = server.functions["orders"]

    def interfere() -> None:
        deployed.image, deployed.revision = (theirs.uri, theirs.uri), server.lambda_.revision()

    server.faults.add("PublishVersion", Before(interfere))
    with pytest.raises(AwsError, match="was changed by somebody else"):
        project.deploy(function(project), ours)
    assert project.alias() == "1"


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"])
def test_a_lost_answer_changes_nothing(project: Project, server: AwsServer, operation: str) -> None:
    if operation != "CreateFunction":
        project.deploy(function(project), image(server))
    server.faults.add(operation, Lost())
    with project.repeating(1):
        project.deploy(function(project), image(server, "2"))
    assert server.functions["orders"].version_images[project.alias()][1] == image(server, "2").uri
    assert project.plan(function(project), image(server, "2")).changes == ()


@pytest.mark.parametrize("count", range(2, 9))
def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(
    project: Project, server: AwsServer, count: int
) -> None:
    project.deploy(function(project), image(server))
    new = image(server, "2")
    with project.killed_after(count), pytest.raises(Killed):
        project.deploy(function(project), new)
    project.deploy(function(project), new)
    assert server.functions["orders"].version_images[project.alias()][1] == new.uri
    assert len(server.functions["orders"].versions) == 2


@pytest.mark.parametrize(
    ("code", "digest"),
    [
        ({"ImageUri": "r.example/x:1", "ResolvedImageUri": "r.example/x@sha256:" + "a" * 64}, "b" * 64),
        ({"ImageUri": "r.example/x@sha256:" + "a" * 64}, ""),
        ({"ImageUri": "r.example/x"}, "a" * 64),
    ],
    ids=["as AWS answers", "without a digest of the code", "without the address by digest"],
)
def test_the_image_is_recognised_in_every_answer(project: Project, code: dict[str, str], digest: str) -> None:
    configuration = {"FunctionArn": "a:b:c:d:e:f:orders", "Version": "1", "PackageType": "Image", "CodeSha256": digest}
    answer = cast("GetFunctionResponseTypeDef", {"Configuration": configuration, "Code": code})
    seen = live(project.client, answer, doing="read orders")
    assert runs(seen, ImagePackage(function="orders", repository="another.example/x", digest="sha256:" + "a" * 64))
    assert not runs(seen, ImagePackage(function="orders", repository="r.example/x", digest="sha256:" + "b" * 64))
    assert not runs(seen, ImagePackage(function="orders", repository="r.example/x", digest=""))
