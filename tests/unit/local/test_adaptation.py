"""What a project becomes when the embedded AWS is to run it."""

from pathlib import Path

import pytest

from lambda_ci.errors import ConfigurationError
from lambda_ci.local.adaptation import ROLE, Host, adapted, differences
from lambda_ci.model.settings import Function, Settings
from lambda_ci.model.spec.function import FunctionSpec
from lambda_ci.model.spec.project import AwsSpec
from lambda_ci.model.target import Architecture

HOST = Host(python=(3, 11), machine="x86_64")


def _settings(spec: FunctionSpec) -> Settings:
    function = Function(name="orders", spec=spec, source=Path("/shop"), requirements=None)
    return Settings(
        config=None,
        root=Path("/shop"),
        project="shop",
        stage=None,
        aws=AwsSpec(),
        staging=None,
        functions=(function,),
        output_dir=Path("/shop/dist"),
        cache_dir=Path("/cache"),
    )


def test_functions_are_built_for_the_python_and_machine_that_run_them() -> None:
    before = _settings(FunctionSpec(handler="app.handler", runtime="python3.13", architecture=Architecture.ARM64))
    after = adapted(before, HOST)
    assert (after.functions[0].spec.runtime, after.functions[0].spec.architecture) == ("python3.11", "x86_64")
    assert [line.split(",")[0] for line in differences(before, after)] == [
        "orders: built for python3.11 on x86_64 (glibc 2.26) instead of python3.13 on arm64 (glibc 2.34)"
    ]


def test_a_project_that_fits_says_nothing() -> None:
    before = _settings(FunctionSpec(handler="app.handler", runtime="python3.11"))
    assert differences(before, adapted(before, HOST)) == ()


@pytest.mark.parametrize(("members", "role"), [({}, ROLE), ({"Role": "arn:own"}, "arn:own")])
def test_a_role_is_invented_only_where_none_is_given(members: dict[str, str], role: str) -> None:
    before = _settings(FunctionSpec(handler="app.handler", runtime="python3.11", members=members))
    assert adapted(before, HOST).functions[0].spec.members["Role"] == role


def test_what_is_polled_is_on_the_real_aws() -> None:
    queue = {"event-source": "arn:aws:sqs:eu-west-1:123456789012:q"}
    document = {"handler": "app.handler", "runtime": "python3.11", "triggers": [queue, {"schedule": "rate(1 hour)"}]}
    before = _settings(FunctionSpec.model_validate(document, strict=False))
    after = adapted(before, HOST)
    assert [one.schedule for one in after.functions[0].spec.triggers or ()] == ["rate(1 hour)"]
    assert differences(before, after) == (
        "orders: without its event sources, because what they read is not in the embedded AWS",
    )


@pytest.mark.parametrize("machine", ["aarch64", "arm64"])
def test_arm_machines_have_two_names(machine: str) -> None:
    assert Host(python=(3, 14), machine=machine).architecture is Architecture.ARM64


def test_a_generated_image_runs_as_its_package() -> None:
    spec = FunctionSpec.model_validate({"package-type": "Image", "handler": "app.handler", "runtime": "python3.11"})
    spec = spec.model_copy(update={"members": {"ImageConfig": {"Command": ["x"]}}})
    (function,) = adapted(_settings(spec), HOST).functions
    assert (function.spec.is_image, set(function.spec.members)) == (False, {"Role"})


def test_another_image_cannot_run_here() -> None:
    spec = FunctionSpec.model_validate({"package-type": "Image", "image-uri": "registry.example/orders:1"})
    with pytest.raises(ConfigurationError, match="orders is a container image"):
        adapted(_settings(spec), HOST)
