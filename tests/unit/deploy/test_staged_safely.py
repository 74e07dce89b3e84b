"""Staged packages: whose bucket, which key, what S3 says is there, and what any fault at any request leaves behind."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.adapters.transfer import PART
from lambda_ci.deploy.services import Services
from lambda_ci.deploy.staging.objects import checksum, stage
from lambda_ci.errors import AwsError
from lambda_ci.model.spec.project import StagingSpec
from tests.fakes.aws_server import After, Html, Lost, Reset, Status
from tests.fakes.aws_wire import unanswered
from tests.fakes.deployment import QUICK, packaged, reach
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.model.artifact import Package
    from tests.fakes.aws_server import AwsServer, Fault

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FAULTS: dict[str, Fault] = {
    "throttled": Status(503, "SlowDown", "Please reduce your request rate."),
    "429": Status(429, "TooManyRequestsException"),
    "500": Status(500, "InternalError"),
    "503": Status(503, "ServiceUnavailable"),
    "reset": Reset(),
    "lost": Lost(),
    "html": Html(),
}
REQUESTS = ("HeadObject", "HeadBucket", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")


@dataclass(frozen=True)
class Stager:
    """Stages one package of two parts in the bucket ``artifacts``."""

    server: AwsServer
    aws: Aws
    package: Package

    def __call__(self, **staging: str | bool | int) -> bytes:
        """What is in S3 where Lambda is sent to."""
        console, _ = quiet()
        spec = StagingSpec.model_validate({"bucket": "artifacts", **staging})
        services = Services(aws=self.aws, clock=FakeClock(), console=console, staging=spec)
        where = stage(self.package, spec, services)
        return self.server.s3.objects[where["S3Bucket"], where["S3Key"]]


@pytest.fixture(scope="session")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A package of two parts."""
    return packaged(tmp_path_factory.mktemp("parted"), b"12" * (PART // 2) + b"3")


@pytest.fixture(scope="session")
def patient(running: AwsServer) -> Aws:
    """Asks three times."""
    return reach(running, patience=replace(QUICK, attempts=3))


@pytest.fixture
def staging(server: AwsServer, aws: Aws, parted: Package) -> Stager:
    server.s3.buckets["artifacts"] = server.region
    return Stager(server, aws, parted)


def test_every_request_names_the_account_of_the_bucket(staging: Stager, server: AwsServer) -> None:
    staging()
    to_s3 = [one for one in server.requests if one.operation != "GetCallerIdentity"]
    assert {one.headers.get("x-amz-expected-bucket-owner") for one in to_s3} == {"123456789012"}
    assert {one.operation for one in to_s3} == set(REQUESTS)


def test_a_bucket_that_somebody_else_made_under_the_name_gets_nothing(staging: Stager, server: AwsServer) -> None:
    server.s3.owners["artifacts"] = "210987654321"
    with pytest.raises(AwsError, match="may not be used") as caught:
        staging()
    assert "does not belong to the account 123456789012" in caught.value.why
    assert "staging.owner" in caught.value.fix
    assert not server.s3.objects


def test_a_bucket_of_another_account_is_used_where_it_is_named(staging: Stager, server: AwsServer) -> None:
    server.s3.owners["artifacts"] = "210987654321"
    assert staging(owner="210987654321") == staging.package.path.read_bytes()


def test_a_package_is_encrypted_with_the_key_that_is_named(staging: Stager, server: AwsServer) -> None:
    server.s3.keys.add(KEY)
    staging(**{"kms-key-id": KEY})
    created = next(one for one in server.requests if one.operation == "CreateMultipartUpload")
    assert created.headers["x-amz-server-side-encryption"] == "aws:kms"
    assert created.headers["x-amz-server-side-encryption-aws-kms-key-id"] == KEY


@pytest.mark.parametrize(
    ("status", "code", "message", "words"),
    [
        (400, "KMS.NotFoundException", f"Key '{KEY}' does not exist", "no such KMS key"),
        (400, "KMS.DisabledException", f"{KEY} is disabled.", "switched off"),
        (400, "KMS.KMSInvalidStateException", f"{KEY} is pending deletion.", "waits for its deletion"),
        (
            403,
            "AccessDenied",
            f"User: u is not authorized to perform: kms:GenerateDataKey on resource: {KEY} because no resource-based policy …",
            f"lacks the permission kms:GenerateDataKey on {KEY}",
        ),
    ],
)
def test_trouble_with_the_key_is_explained(
    staging: Stager, server: AwsServer, status: int, code: str, message: str, words: str
) -> None:
    server.faults.add("CreateMultipartUpload", Status(status, code, message))
    with pytest.raises(AwsError) as caught:
        staging(**{"kms-key-id": KEY})
    assert words in caught.value.why
    assert caught.value.fix
    assert not server.s3.objects


def test_other_content_of_the_same_size_is_not_taken_for_the_package(staging: Stager, server: AwsServer) -> None:
    key = ("artifacts", f"lambda-ci/{staging.package.sha256}.zip")
    server.s3.objects[key] = bytes(staging.package.size)
    assert staging() == staging.package.path.read_bytes()
    assert staging() == staging.package.path.read_bytes()
    assert server.operations.count("CreateMultipartUpload") == 1


def test_what_is_like_s3_and_keeps_no_checksums_can_be_used(staging: Stager, server: AwsServer) -> None:
    def forget() -> None:
        server.s3.objects = {key: bytes(bytearray(content)) for key, content in server.s3.objects.items()}

    server.faults.add("CompleteMultipartUpload", After(forget))
    assert staging() == staging.package.path.read_bytes()


@pytest.mark.parametrize("content", [b"something else", None])
def test_what_is_changed_right_after_the_upload_is_noticed(
    staging: Stager, server: AwsServer, content: bytes | None
) -> None:
    def change() -> None:
        for key in list(server.s3.objects):
            server.s3.objects.pop(key)
            if content is not None:
                server.s3.objects[key] = content

    server.faults.add("CompleteMultipartUpload", After(change))
    with pytest.raises(AwsError, match="is not what was uploaded"):
        staging()


@pytest.mark.parametrize("code", ["PermanentRedirect", "AuthorizationHeaderMalformed"])
@pytest.mark.parametrize("status", [301, 400])
def test_a_bucket_elsewhere_is_named_with_its_region(
    staging: Stager, server: AwsServer, status: int, code: str
) -> None:
    server.s3.buckets["artifacts"] = "us-east-1"
    server.s3.moved["artifacts"] = (status, code)
    with pytest.raises(AwsError, match="artifacts is in us-east-1, and the function in eu-west-1"):
        staging()


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("fault", [*FAULTS, "no answer"])
def test_a_fault_at_any_request_leaves_nothing_half_uploaded_and_the_next_run_converges(
    staging: Stager, server: AwsServer, request_: str, fault: str
) -> None:
    whole = staging.package.path.read_bytes()
    if fault in FAULTS:
        server.faults.add(request_, FAULTS[fault])
    else:
        staging = replace(staging, aws=reach(server))
        unanswered([staging.aws.s3_client()], request_)
    with contextlib.suppress(AwsError):
        assert staging() == whole
    assert all(content == whole for content in server.s3.objects.values()), "what has the name is whole"
    unknown = (request_, fault) == ("CreateMultipartUpload", "lost")
    assert unknown or not server.s3.uploads, "only an upload whose id nobody knows is left"
    server.faults.clear()
    assert staging() == whole


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("fault", ["throttled", "reset", "lost"])
def test_a_fault_that_passes_is_survived(
    staging: Stager, server: AwsServer, patient: Aws, request_: str, fault: str
) -> None:
    server.faults.add(request_, FAULTS[fault])
    assert replace(staging, aws=patient)() == staging.package.path.read_bytes()


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([1, PART - 1, PART, PART + 1, 2 * PART]), st.binary(min_size=1, max_size=4))
def test_the_checksum_is_that_of_s3(tmp_path_factory: pytest.TempPathFactory, size: int, seed: bytes) -> None:
    path = tmp_path_factory.mktemp("sum") / "package.zip"
    content = (seed * (size // len(seed) + 1))[:size]
    path.write_bytes(content)
    parts = [hashlib.sha256(content[start : start + PART]).digest() for start in range(0, size, PART)]
    whole = base64.b64encode(hashlib.sha256(content).digest()).decode()
    composite = base64.b64encode(hashlib.sha256(b"".join(parts)).digest()).decode()
    assert checksum(path) == (whole if size < PART else f"{composite}-{len(parts)}")


def test_a_small_package_is_checked_as_a_whole(server: AwsServer, aws: Aws, tmp_path: Path) -> None:
    server.s3.buckets["artifacts"] = server.region
    staging = Stager(server, aws, packaged(tmp_path, b"small"))
    assert (staging(), staging()) == (b"small", b"small")
    assert server.operations.count("PutObject") == 1
