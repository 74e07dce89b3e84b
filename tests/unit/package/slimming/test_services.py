from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from tests.fakes.slimmed import Slimmed

GENERAL = ["endpoints.json", "partitions.json", "_retry.json", "sdk-default-configuration.json"]
SERVICES = ["s3", "dynamodb", "sqs", "ec2", "sts", "sso", "sso-oidc", "signin"]


@pytest.fixture
def with_boto3(slimmed: Slimmed) -> Slimmed:
    data = {f"botocore/data/{name}": b"{}" for name in GENERAL}
    data |= {f"botocore/data/{name}/2020-01-01/service-2.json.gz": b"x" * 100 for name in SERVICES}
    slimmed.wheel("botocore", {"botocore/__init__.py": b"", "botocore/cacert.pem": b"", **data})
    resources = {f"boto3/data/{name}/2020-01-01/resources-1.json": b"{}" for name in ("s3", "sqs", "ec2")}
    slimmed.wheel("boto3", {"boto3/__init__.py": b"", **resources})
    return slimmed


def kept(paths: set[str]) -> set[str]:
    return {path.split("/")[2] for path in paths if "/data/" in path}


def test_only_the_services_in_use_and_those_of_credentials_stay(with_boto3: Slimmed) -> None:
    left = with_boto3.left(botocore_services=("s3",))
    assert kept(left) == {*GENERAL, "s3", "sts", "sso", "sso-oidc", "signin"}
    assert "botocore/cacert.pem" in left
    assert "boto3/data/sqs/2020-01-01/resources-1.json" not in left
    [saving] = with_boto3.package(botocore_services=("s3",)).savings
    assert (saving.rule, saving.files) == ("botocore-services", 5)


def test_a_service_that_botocore_does_not_have_is_refused(with_boto3: Slimmed) -> None:
    with pytest.raises(PackageError, match=r"botocore 1\.0 has no service dynamo, sns") as caught:
        with_boto3.package(botocore_services=("dynamo", "s3", "sns"))
    assert "dynamodb" in caught.value.fix


def test_a_function_without_botocore_is_left_alone(slimmed: Slimmed) -> None:
    slimmed.wheel("demo", {"demo/data/s3/x.json": b"", "botocore/data/s3/x.json": b""})
    assert slimmed.left(botocore_services=("sqs",)) == {"demo/data/s3/x.json", "botocore/data/s3/x.json"}


@pytest.mark.parametrize(
    "code",
    [
        "import boto3\nboto3.client('sqs')",
        "import boto3\nboto3.Session().resource(service_name='sqs')",
        "from boto3 import client\nclient('sqs', region_name='x')",
        "async def f():\n  async with session.create_client('sqs') as c: pass",
        "def broken(:\nboto3.client('sqs')",
    ],
)
def test_a_service_that_the_code_asks_for_is_missed(with_boto3: Slimmed, code: str) -> None:
    with_boto3.project.write("pkg/more.py", code)
    with_boto3.project.write("pkg/fine.py", "boto3.client('s3'); boto3.client(name); x.client('unknown'); x.client(1)")
    line = code[: code.index("sqs")].count("\n") + 1
    assert with_boto3.package(botocore_services=("s3",)).warnings == (
        f"pkg/more.py:{line} asks for 'sqs', which `botocore-services` leaves out",
    )


def test_a_service_that_a_dependency_asks_for_is_named_once(with_boto3: Slimmed) -> None:
    code = b"import boto3\nboto3.client('sqs')\nboto3.client(\n  service_name = 'ec2')\nboto3.client('s3')"
    with_boto3.wheel("powertools", {"powertools/a.py": code, "powertools/b.py": code})
    assert with_boto3.package(botocore_services=("s3",)).warnings == (
        "parts of powertools ask for 'ec2', 'sqs', which `botocore-services` leaves out: add what the function uses",
    )
