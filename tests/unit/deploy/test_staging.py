from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError, PackageError
from lambda_ci.model.spec.project import StagingSpec
from tests.fakes.aws_server import Before, Html, Lost, Status
from tests.fakes.deployment import QUICK, Project, packaged

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.model.artifact import Package
    from tests.fakes.aws_server import AwsServer

LARGE = 52_428_800


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """A package just above the limit of direct uploads."""
    from tests.fakes.deployment import zipped

    return packaged(tmp_path_factory.mktemp("large"), zipped("large", padding=LARGE))


@pytest.fixture
def staged(tmp_path: Path, server: AwsServer, aws: Aws) -> Project:
    server.s3.buckets["artifacts"] = server.region
    staging = StagingSpec.model_validate({"bucket": "artifacts", "prefix": "shop/"})
    return Project(folder=tmp_path, server=server, shared=aws, staging=staging)


def test_a_large_package_goes_through_s3_under_its_own_digest_and_only_once(
    staged: Project, server: AwsServer, large: Package
) -> None:
    key = ("artifacts", f"shop/{large.sha256}.zip")
    server.s3.objects[key] = b"an upload of another size"
    staged.deploy(staged.function(), large)
    assert len(server.s3.objects[key]) == large.size
    asked = [name for name in server.operations if name != "GetCallerIdentity"]
    assert asked[1:4] == ["HeadObject", "HeadBucket", "CreateMultipartUpload"]
    assert server.operations.count("UploadPart") == 7
    checked = [request.headers for request in server.requests if request.operation == "UploadPart"]
    assert all("x-amz-checksum-sha256" in headers for headers in checked)
    assert server.functions["orders"].code_sha256 == large.code_sha256
    assert f"uploading {large.size:,} bytes to s3://artifacts/shop/" in staged.log.getvalue()
    server.functions.clear()
    server.requests.clear()
    staged.deploy(staged.function(), large)
    assert server.operations[:3] == ["GetFunction", "HeadObject", "CreateFunction"]


def test_a_small_package_is_uploaded_directly_although_staging_is_configured(
    staged: Project, server: AwsServer
) -> None:
    staged.deploy(staged.function(), staged.package())
    assert not server.s3.objects


def test_a_large_package_without_staging_is_refused_when_planning_with_both_sizes(
    project: Project, server: AwsServer, large: Package
) -> None:
    with pytest.raises(PackageError, match=rf"{large.size:,} bytes, and a direct upload takes 52,428,800") as caught:
        project.plan(project.function(), large)
    assert "staging:\n  bucket:" in caught.value.fix
    assert server.writes == []


def test_a_large_package_that_is_there_already_needs_no_staging(
    staged: Project, server: AwsServer, large: Package, aws: Aws
) -> None:
    server.s3.objects["artifacts", f"shop/{large.sha256}.zip"] = large.path.read_bytes()
    staged.deploy(staged.function(), large)
    without = Project(folder=staged.folder, server=server, shared=aws)
    assert not without.plan(without.function(), large).changed


def test_a_missing_bucket_is_named_with_what_to_do(staged: Project, server: AwsServer, large: Package) -> None:
    server.s3.buckets.clear()
    with pytest.raises(AwsError, match="staging bucket artifacts does not exist") as caught:
        staged.deploy(staged.function(), large)
    assert "create it in eu-west-1, have it created (staging: {create: true})" in caught.value.fix
    assert "CreateFunction" not in server.writes


def test_what_may_not_be_used_is_named_with_the_statement_that_is_missing(
    staged: Project, server: AwsServer, large: Package
) -> None:
    server.s3.forbidden.add("artifacts")
    with pytest.raises(AwsError, match="staging bucket artifacts may not be used") as caught:
        staged.deploy(staged.function(), large)
    added = '{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::artifacts/shop/*"}'
    assert added in caught.value.fix


def test_a_bucket_in_another_region_is_refused_before_the_upload(
    staged: Project, server: AwsServer, large: Package
) -> None:
    server.s3.buckets["artifacts"] = "us-east-1"
    with pytest.raises(AwsError, match="is in us-east-1, and the function in eu-west-1"):
        staged.deploy(staged.function(), large)
    assert server.writes == []


@pytest.mark.parametrize(
    ("status", "words"),
    [(301, "is in another region, and"), (400, "is in another region, or the credentials have expired")],
)
def test_a_redirect_of_s3_is_understood_as_a_bucket_in_another_region(
    staged: Project, server: AwsServer, large: Package, status: int, words: str
) -> None:
    server.faults.add("HeadObject", Status(status, str(status), "redirect"), times=9)
    with pytest.raises(AwsError, match=words):
        staged.deploy(staged.function(), large)


def test_an_upload_that_fails_anywhere_creates_nothing_and_the_next_run_uploads_again(
    staged: Project, server: AwsServer, large: Package
) -> None:
    for operation in ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"):
        server.faults.add(operation, Status(500, "InternalError", "We encountered an internal error."))
        with pytest.raises(AwsError, match="internal error"):
            staged.deploy(staged.function(), large)
        assert not server.functions
        assert not server.s3.uploads
    staged.deploy(staged.function(), large)
    assert staged.alias() == "1"


def test_a_lost_answer_to_the_completion_of_an_upload_is_recognised_by_what_is_there(
    staged: Project, server: AwsServer, large: Package
) -> None:
    server.faults.add("CompleteMultipartUpload", Lost())
    patient = Project(folder=staged.folder, server=server, staging=staged.staging, patience=replace(QUICK, attempts=2))
    patient.deploy(patient.function(), large)
    assert server.operations.count("CompleteMultipartUpload") == 2
    assert patient.alias() == "1"


def test_an_upload_that_somebody_aborted_is_an_error(staged: Project, server: AwsServer, large: Package) -> None:
    server.faults.add("CompleteMultipartUpload", Before(server.s3.uploads.clear))
    with pytest.raises(AwsError, match="NoSuchUpload"):
        staged.deploy(staged.function(), large)
    assert not server.functions


def test_a_page_of_a_proxy_for_an_upload_is_not_success(staged: Project, server: AwsServer, large: Package) -> None:
    server.faults.add("CompleteMultipartUpload", Html(), times=1)
    with pytest.raises(AwsError):
        staged.deploy(staged.function(), large)
    assert not staged.alias()


def test_a_package_that_vanished_is_a_package_error(project: Project, staged: Project, large: Package) -> None:
    from dataclasses import replace

    small = project.package()
    small.path.unlink()
    with pytest.raises(PackageError, match="cannot be read"):
        project.deploy(project.function(), small)
    with pytest.raises(PackageError, match="cannot be read"):
        staged.deploy(staged.function(), replace(large, path=staged.folder / "gone.zip"))
