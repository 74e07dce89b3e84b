from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.lambda_members import Place, code_members, places, request_form, unreported
from lambda_ci.deploy.plan.comparison import observed, same
from tests.fakes.lives import live

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.deployment import Project


@pytest.mark.parametrize(
    ("name", "wanted", "seen"),
    [
        ("Timeout", 3, None),
        ("MemorySize", 128, None),
        ("Description", "", None),
        ("TracingConfig", {"Mode": "PassThrough"}, None),
        ("EphemeralStorage", {"Size": 512}, None),
        ("SnapStart", {"ApplyOn": "None"}, None),
        ("LoggingConfig", {"LogFormat": "Text"}, None),
        ("LoggingConfig", {"LogGroup": "/aws/lambda/orders"}, {"LogFormat": "JSON"}),
        ("Architectures", ["x86_64"], None),
        ("Layers", [], None),
        ("KMSKeyArn", "", None),
        ("DeadLetterConfig", {"TargetArn": ""}, None),
        ("VpcConfig", {"SubnetIds": [], "SecurityGroupIds": []}, None),
        ("VpcConfig", {"SubnetIds": ["subnet-b", "subnet-a"]}, {"SubnetIds": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-1"]}),
        ("VpcConfig", {"SecurityGroupIds": ["sg-0A"]}, {"SecurityGroupIds": ["sg-0a"]}),
        ("VpcConfig", {"Ipv6AllowedForDualStack": False}, {"SubnetIds": []}),
        ("FileSystemConfigs", [{"Arn": "a", "LocalMountPath": "/mnt/a"}], [{"LocalMountPath": "/mnt/a", "Arn": "a"}]),
    ],
)  # fmt: skip
def test_what_aws_fills_in_or_reorders_is_no_difference(name: str, wanted: JsonValue, seen: JsonValue) -> None:
    members = {} if seen is None else {name: seen}
    assert same(name, wanted, observed(name, replace(live(), members=members), "orders"))


@pytest.mark.parametrize(
    ("name", "wanted", "seen"),
    [
        ("Timeout", 4, None),
        ("Layers", ["b", "a"], ["a", "b"]),
        ("Layers", ["a"], None),
        ("Layers", [], ["a"]),
        ("VpcConfig", {"SubnetIds": []}, {"SubnetIds": ["subnet-a"]}),
        ("LoggingConfig", {"LogFormat": "JSON"}, None),
        ("KMSKeyArn", "", "arn"),
        ("ImageConfig", {"Command": ["a"]}, None),
    ],
)
def test_what_differs_is_a_difference(name: str, wanted: JsonValue, seen: JsonValue) -> None:
    members = {} if seen is None else {name: seen}
    assert not same(name, wanted, observed(name, replace(live(), members=members), "orders"))


def test_the_service_model_says_which_operation_takes_a_member(project: Project) -> None:
    found = places(project.client)
    assert (found["Timeout"], found["Architectures"], found["SourceKMSKeyArn"]) == (
        Place.CONFIGURATION,
        Place.CODE,
        Place.CODE,
    )
    assert (found["PackageType"], found["TenancyConfig"]) == (Place.CREATE, Place.CREATE)
    assert {"ZipFile", "S3Bucket", "SourceKMSKeyArn"} <= code_members(project.client)
    assert "Timeout" not in unreported(project.client)


def test_an_answer_is_brought_to_the_form_of_a_request(project: Project) -> None:
    answer = {
        "Configuration": {
            "FunctionName": "orders",
            "RevisionId": "1",
            "Timeout": 3,
            "Layers": [{"Arn": "arn:1", "CodeSize": 5}],
            "VpcConfig": {"SubnetIds": ["subnet-1"], "VpcId": "vpc-1"},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "ImageConfigResponse": {"ImageConfig": {"Command": ["a"]}},
            "RuntimeVersionConfig": {"RuntimeVersionArn": "arn"},
        },
        "Code": {"Location": "https://…", "SourceKMSKeyArn": "arn:key"},
    }
    assert request_form(project.client, answer) == {
        "Timeout": 3,
        "Layers": ["arn:1"],
        "VpcConfig": {"SubnetIds": ["subnet-1"]},
        "SnapStart": {"ApplyOn": "None"},
        "ImageConfig": {"Command": ["a"]},
        "SourceKMSKeyArn": "arn:key",
    }
