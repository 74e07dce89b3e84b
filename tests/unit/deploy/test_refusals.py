"""What AWS refuses, and packages that do not arrive as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws import Patience
from lambda_ci.errors import AwsError
from tests.fakes.aws_server import Status
from tests.fakes.deployment import Project, packaged, zipped

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer


def test_a_package_that_is_no_zip_is_refused_in_the_words_of_lambda(project: Project) -> None:
    project.deploy(project.function(), project.package("v1"))
    with pytest.raises(AwsError, match="Could not unzip uploaded file"):
        project.deploy(project.function(), packaged(project.folder, b"not a zip"))
    assert project.alias() == "1"


@pytest.mark.parametrize("exists", [False, True])
def test_a_package_that_changed_on_its_way_is_never_published(
    project: Project, server: AwsServer, exists: bool
) -> None:
    if exists:
        project.deploy(project.function(), project.package("v0"))
    package = project.package("v1")
    package.path.write_bytes(zipped("something else"))
    with pytest.raises(AwsError, match="Lambda has other code for orders than was sent"):
        project.deploy(project.function(), package)
    assert project.alias() == ("1" if exists else "")
    project.deploy(project.function(), project.package("v1"))
    assert server.functions["orders"].versions[project.alias()]["CodeSha256"] == package.code_sha256


@pytest.mark.parametrize(
    ("variables", "members", "words"),
    [
        ({"KEY": "hunter2" * 600}, {}, "exceeded the 4KB limit"),
        ({"AWS_REGION": "hunter2"}, {}, "AWS_REGION"),
        ({"KEY": "x"}, {"Layers": [f"arn:aws:lambda:eu-west-1:123456789012:layer:l{n}:1" for n in range(6)]}, "more than 5 layers"),
        ({"KEY": "x"}, {"Timeout": 0}, "Timeout"),
        ({"1KEY": "hunter2"}, {}, "environment.variables"),
    ],
)  # fmt: skip
def test_refused_values_are_named_and_variables_stay_secret(
    project: Project, variables: dict[str, str], members: dict[str, JsonValue], words: str
) -> None:
    with pytest.raises(AwsError, match=words) as caught:
        project.deploy(project.function(members, environment=dict(variables)), project.package())
    assert "hunter2" not in str(caught.value)
    assert caught.value.fix


def test_another_404_than_lambdas_does_not_mean_that_the_function_is_missing(
    project: Project, server: AwsServer
) -> None:
    server.faults.add("GetFunction", Status(404, "UnknownOperationException", "no such page"))
    with pytest.raises(AwsError, match="no such page"):
        project.plan(project.function(), project.package())


def test_throttling_is_waited_out(project: Project, server: AwsServer) -> None:
    server.faults.add("GetFunction", Status(429, "TooManyRequestsException", "Rate Exceeded."))
    patient = Project(folder=project.folder, server=server, patience=Patience(attempts=3))
    assert patient.plan(project.function(), project.package()).changed
    assert server.operations == ["GetFunction", "GetFunction"]


def test_throttling_that_does_not_end_is_explained(project: Project, server: AwsServer) -> None:
    server.faults.add("UpdateFunctionCode", Status(429, "TooManyRequestsException", "Rate Exceeded."))
    project.deploy(project.function(), project.package("v1"))
    with pytest.raises(AwsError, match=r"could not update the code of orders: Rate Exceeded\.") as caught:
        project.deploy(project.function(), project.package("v2"))
    assert "15 control requests per second" in caught.value.why
