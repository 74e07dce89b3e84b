"""Layers of the project on AWS: named by their content, published once, found again, attached in order."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy import apply, current, desired
from lambda_ci.deploy.plan import changes
from lambda_ci.deploy.resources.layer import look_for_layers
from lambda_ci.errors import AwsError, PackageError
from lambda_ci.model.change import Action, Resource
from lambda_ci.model.spec.project import StagingSpec
from lambda_ci.model.target import Architecture, Target
from tests.fakes.aws_server import Status
from tests.fakes.deployment import packaged

if TYPE_CHECKING:
    from lambda_ci.model.change import Plan
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

THEIRS = "arn:aws:lambda:eu-west-1:210987654321:layer:theirs:3"
PREFIX = "arn:aws:lambda:eu-west-1:123456789012:layer:"


def attached(server: AwsServer, function: str = "orders") -> list[str]:
    """The names of the layers that the alias runs, and the ARNs of those of others."""
    deployed = server.functions[function]
    runs = deployed.versions[deployed.aliases["live"]["FunctionVersion"]]
    return [one["Arn"].removeprefix(PREFIX).rpartition(":")[0] or one["Arn"] for one in runs.get("Layers", [])]


def layers_of(plan: Plan) -> list[tuple[str, Action]]:
    return [(one.name, one.action) for one in plan.changes if one.resource is Resource.LAYER]


def test_a_new_layer_is_published_before_the_function_that_uses_it(project: Project, server: AwsServer) -> None:
    layer = project.layer()
    project.deploy(project.function(), project.package(), [layer])
    assert server.operations == [
        "GetFunction", "ListLayerVersions", "PublishLayerVersion", "CreateFunction", "GetFunction", "GetFunction",
        "PublishVersion", "CreateAlias",
    ]  # fmt: skip
    [version] = server.lambda_.layers.versions.values()
    assert version.code_sha256 == layer.package.code_sha256
    assert version.described["Description"] == "lambda-ci:project=shop"
    assert version.described["CompatibleRuntimes"] == ["python3.12"]
    assert version.described["CompatibleArchitectures"] == ["x86_64"]
    [name] = attached(server)
    assert name.startswith("shop-deps-")


def test_an_unchanged_deploy_makes_two_requests_and_no_write(project: Project, server: AwsServer) -> None:
    function, package, layers = project.function(), project.package(), [project.layer(), project.layer(name="more")]
    project.deploy(function, package, layers)
    server.requests.clear()
    project.deploy(function, package, layers)
    assert server.operations == ["GetFunction", "GetFunction"]


def test_a_change_of_the_code_uploads_only_the_code(project: Project, server: AwsServer) -> None:
    layer = project.layer(padding=1_000_000)
    project.deploy(project.function(), project.package("v1"), [layer])
    server.requests.clear()
    project.deploy(project.function(), project.package("v2"), [layer])
    assert server.operations == [
        "GetFunction", "GetFunction", "UpdateFunctionCode", "GetFunction", "GetFunction", "PublishVersion", "GetAlias", "UpdateAlias",
    ]  # fmt: skip
    assert sum(request.size for request in server.requests) < 5_000


def test_a_change_of_the_layer_uploads_only_the_layer(project: Project, server: AwsServer) -> None:
    package = project.package(padding=1_000_000)
    project.deploy(project.function(), package, [project.layer("v1")])
    [before] = attached(server)
    server.requests.clear()
    project.deploy(project.function(), package, [project.layer("v2")])
    assert server.writes == ["PublishLayerVersion", "UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]
    assert sum(request.size for request in server.requests) < 5_000
    [after] = attached(server)
    assert after != before


def test_a_layer_that_was_there_before_is_used_again(project: Project, server: AwsServer) -> None:
    function, package = project.function(), project.package()
    project.deploy(function, package, [project.layer("v1")])
    project.deploy(function, package, [project.layer("v2")])
    server.requests.clear()
    plan = project.plan(function, package, [project.layer("v1")])
    assert layers_of(plan) == [("deps", Action.UNCHANGED)]
    assert server.operations == ["GetFunction", "GetFunction", "ListLayerVersions", "GetLayerVersion"]
    project.deploy(function, package, [project.layer("v1")])
    assert len(server.lambda_.layers.versions) == 2


def test_the_plan_of_a_new_layer_is_exact_and_only_reads(project: Project, server: AwsServer) -> None:
    function, package, layer = project.function(), project.package(), project.layer()
    plan = project.plan(function, package, [layer])
    assert server.writes == []
    assert layers_of(plan) == [("deps", Action.CREATE)]
    shown = {field.field: field.after for field in plan.changes[0].fields}
    assert shown["layer-size"] == str(layer.package.size)
    created = plan.find(Resource.FUNCTION)
    assert created
    [field] = [field for field in created.fields if field.field == "layers"]
    assert (field.before, field.after) == ("", shown["layer-name"])
    project.deploy(function, package, [layer])
    assert project.plan(function, package, [layer]).changes == ()
    assert attached(server) == [shown["layer-name"]]


def test_layers_and_arns_keep_their_order(project: Project, server: AwsServer) -> None:
    server.lambda_.layers.shared.add(THEIRS)
    function, package, one, two = project.function(), project.package(), project.layer(), project.layer(name="more")
    project.deploy(function, package, [one, THEIRS, two])
    names = [one.rpartition("-")[0] if one.startswith("shop") else one for one in attached(server)]
    assert [name.removesuffix(":3") for name in names] == ["shop-deps", THEIRS.removesuffix(":3"), "shop-more"]
    server.requests.clear()
    project.deploy(function, package, [two, THEIRS, one])
    assert server.writes == ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]
    assert "ListLayerVersions" not in server.operations


def test_an_empty_list_removes_all_layers_and_none_at_all_only_ours(project: Project, server: AwsServer) -> None:
    server.lambda_.layers.shared.add(THEIRS)
    function, package = project.function(), project.package()
    project.deploy(function, package, [project.layer(), THEIRS])
    project.deploy(function, package, None)
    assert attached(server) == [THEIRS.rpartition(":")[0]]
    assert not project.plan(function, package, None).changed
    project.deploy(function, package, [])
    assert attached(server) == []


def test_dependencies_move_into_a_layer_and_back_although_both_together_are_too_large(
    project: Project, server: AwsServer
) -> None:
    """Lambda counts a layer together with the code that is there when it is attached."""
    large = packaged(project.folder, deflated(150_000_000))
    layer = replace(project.layer(), package=large)
    project.deploy(project.function(), large)
    server.requests.clear()
    project.deploy(project.function(), project.package("small"), [layer])
    assert server.writes == [
        "PublishLayerVersion", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias",
    ]  # fmt: skip
    server.requests.clear()
    project.deploy(project.function(), large)
    assert server.writes == ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"]
    assert attached(server) == []


def deflated(size: int) -> bytes:
    """A small zip file that is large unpacked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * size)
    return buffer.getvalue()


def test_two_functions_publish_a_layer_once_and_ask_for_it_once(project: Project, server: AwsServer) -> None:
    services, layer = project.run, project.layer()
    plans = []
    for name in ("orders", "users"):
        function = replace(project.function(), name=name)
        wanted = desired.desired(function, project.package(), project="shop", layers=[layer])
        present = look_for_layers(wanted, current.read(project.aws, wanted), services)
        plans.append(changes.plan(wanted, present, staging=None))
        apply.apply(plans[-1], wanted, present, services)
    assert [name for name in server.operations if "Layer" in name] == ["ListLayerVersions", "PublishLayerVersion"]
    assert [layers_of(plan) for plan in plans] == [[("deps", Action.CREATE)], [("deps", Action.UNCHANGED)]]


def test_a_layer_that_cannot_be_published_fails_each_function_that_uses_it_after_one_attempt(
    project: Project, server: AwsServer
) -> None:
    server.faults.add(
        "PublishLayerVersion", Status(400, "CodeStorageExceededException", "Code storage limit exceeded.")
    )
    services, layer = project.run, project.layer()
    for name in ("orders", "users"):
        wanted = desired.desired(
            replace(project.function(), name=name), project.package(), project="shop", layers=[layer]
        )
        present = look_for_layers(wanted, current.read(project.aws, wanted), services)
        with pytest.raises(AwsError, match="could not publish the layer deps") as caught:
            apply.apply(changes.plan(wanted, present, staging=None), wanted, present, services)
        assert "delete versions" in caught.value.fix
    assert server.writes == ["PublishLayerVersion"]
    assert not server.functions


def test_another_target_description_or_licence_is_another_layer(project: Project, server: AwsServer) -> None:
    layer = project.layer()
    kinds = [
        layer,
        replace(layer, target=Target("python3.12", Architecture.ARM64)),
        replace(layer, description="Dependencies"),
        replace(layer, license_info="MIT"),
    ]
    for number, one in enumerate(kinds):
        project.deploy(replace(project.function(), name=f"f{number}"), project.package(), [one])
    described = [one.described for one in server.lambda_.layers.versions.values()]
    assert len({one["LayerVersionArn"] for one in described}) == 4
    assert described[2]["Description"] == "Dependencies lambda-ci:project=shop"
    assert described[3]["LicenseInfo"] == "MIT"


def test_names_stay_within_what_arns_take(project: Project, server: AwsServer) -> None:
    project.project = "p" * 64
    project.deploy(project.function(), project.package(), [project.layer(name="n" * 64)])
    [name] = attached(server)
    assert len(name) == 64


def test_a_layer_of_the_same_name_that_is_not_ours_or_holds_something_else_is_not_used(
    project: Project, server: AwsServer
) -> None:
    function, package, layer = project.function(), project.package(), project.layer()
    project.deploy(function, package, [layer])
    [arn] = server.lambda_.layers.versions
    server.lambda_.layers.versions[arn].described["Description"] = "somebody else's"
    server.functions.clear()
    project.deploy(function, package, [layer])
    assert [one.rpartition(":")[2] for one in server.lambda_.layers.versions] == ["1", "2"]
    second = f"{arn.rpartition(':')[0]}:2"
    server.lambda_.layers.versions[second] = replace(server.lambda_.layers.versions[second], code=b"other")
    server.functions.clear()
    project.deploy(function, package, [layer])
    assert server.functions["orders"].config["Layers"] == [f"{arn.rpartition(':')[0]}:3"]


def test_a_large_layer_goes_through_s3_or_is_refused_before_anything_is_written(
    project: Project, server: AwsServer
) -> None:
    function, package, layer = project.function(), project.package(), project.layer(padding=52_428_801)
    with pytest.raises(PackageError, match="the layer deps is") as caught:
        project.deploy(function, package, [layer])
    assert "staging" in caught.value.fix
    assert server.writes == []
    project.staging = StagingSpec.model_validate({"bucket": "artifacts"})
    server.s3.buckets["artifacts"] = server.region
    again = replace(project, _services=None)
    again.deploy(function, package, [layer])
    assert [version.code_sha256 for version in server.lambda_.layers.versions.values()] == [layer.package.code_sha256]


@pytest.mark.parametrize(
    ("arn", "words", "advice"),
    [
        (THEIRS, "lambda:GetLayerVersion", "add-layer-version-permission"),
        (f"{PREFIX}gone:7", "gone:7 does not exist", "correct the value"),
        (THEIRS.replace("eu-west-1", "us-east-1"), "Layers are expected to be in region eu-west-1", "correct"),
    ],
)
def test_a_layer_of_others_that_cannot_be_used_is_explained(
    project: Project, arn: str, words: str, advice: str
) -> None:
    with pytest.raises(AwsError, match=words) as caught:
        project.deploy(project.function(), project.package(), [arn])
    assert advice in caught.value.fix


def test_layers_that_may_not_be_listed_are_explained(project: Project, server: AwsServer) -> None:
    denied = "User: arn:aws:iam::1:user/ci is not authorized to perform: lambda:ListLayerVersions on resource: *"
    server.faults.add("ListLayerVersions", Status(403, "AccessDeniedException", denied))
    with pytest.raises(AwsError, match="could not look for versions of the layer") as caught:
        project.plan(project.function(), project.package(), [project.layer()])
    assert '"Action": "lambda:ListLayerVersions", "Resource": "*"' in caught.value.fix
