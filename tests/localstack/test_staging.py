"""Packages that are too large for a request, through a real bucket."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.aws_faults import Lost, Reset, Status
from tests.localstack.account import NAME, REGION
from tests.localstack.cells import Place, kill

if TYPE_CHECKING:
    from tests.localstack.account import Account

LARGE = 51 * 1024 * 1024
"""Bytes; a request takes 50 MiB."""


def bucket(account: Account) -> str:
    """Its name: all accounts share one space of names."""
    return f"packages-{account.number}"


@pytest.fixture
def large(account: Account) -> Account:
    """A project whose package is too large. Noise cannot be compressed."""
    account.put("first", project={"staging": {"bucket": bucket(account), "prefix": "of/shop/"}})
    (account.cli.folder / "src" / "noise.bin").write_bytes(random.Random(1).randbytes(LARGE))
    return account


def make_bucket(account: Account, region: str = REGION) -> None:
    where: Any = {"LocationConstraint": region}
    account.s3(region).create_bucket(Bucket=bucket(account), CreateBucketConfiguration=where)


def staged(account: Account) -> list[str]:
    return [one["Key"] for one in account.s3().list_objects_v2(Bucket=bucket(account)).get("Contents", [])]


def test_a_large_package_goes_through_the_bucket_once(large: Account) -> None:
    make_bucket(large)
    ran = large.deploy()
    assert ran.code == 0, ran.err
    sha256 = large.cli("build", "--json").function(NAME)["sha256"]
    assert staged(large) == [f"of/shop/{sha256}.zip"]
    assert large.proxy.operations.count("UploadPart") > 1
    assert large.answer()["answer"] == "first"
    again = large.deploy()
    assert (again.code, large.proxy.operations) == (0, ["GetFunction", "GetFunction"])
    large.client.delete_function(FunctionName=NAME)
    from_there = large.deploy()
    assert from_there.code == 0, from_there.err
    assert [name for name in large.proxy.writes if "Part" in name or "Upload" in name or "Put" in name] == []
    assert large.alias() == "1"


def test_new_code_is_staged_beside_the_old(large: Account) -> None:
    make_bucket(large)
    large.deploy()
    ran = large.deploy("second")
    assert ran.code == 0, ran.err
    assert len(staged(large)) == 2
    assert large.answer()["answer"] == "second"


def test_without_a_bucket_nothing_is_asked_to_be_written(large: Account) -> None:
    large.project.clear()
    large.put("first")
    ran = large.deploy()
    assert (ran.code, large.proxy.writes) == (4, [])
    assert "staging:\n  bucket:" in ran.function(NAME)["failure"]["fix"]


def test_a_bucket_that_does_not_exist_is_named(large: Account) -> None:
    ran = large.deploy()
    assert (ran.code, large.proxy.writes) == (5, [])
    assert f"the staging bucket {bucket(large)} does not exist" in ran.err


def test_a_bucket_in_another_region_is_refused_before_the_upload(large: Account) -> None:
    make_bucket(large, "eu-central-1")
    ran = large.deploy()
    assert (ran.code, large.proxy.writes) == (5, [])
    assert f"the staging bucket {bucket(large)} is in eu-central-1, and the function in {REGION}" in ran.err


def test_a_half_uploaded_package_is_not_taken_for_whole(large: Account) -> None:
    make_bucket(large)
    sha256 = large.cli("build", "--json").function(NAME)["sha256"]
    large.s3().put_object(Bucket=bucket(large), Key=f"of/shop/{sha256}.zip", Body=b"half")
    ran = large.deploy()
    assert ran.code == 0, ran.err
    assert large.answer()["answer"] == "first"


def test_faults_at_every_request_to_the_bucket_are_survived(large: Account) -> None:
    make_bucket(large)
    faults = (Status(503, "SlowDown", "Please reduce your request rate."), Reset(), Lost())
    for operation in ("HeadObject", "HeadBucket", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"):
        for fault in faults:
            large.proxy.faults.add(operation, fault)
    ran = large.deploy()
    assert ran.code == 0, ran.err
    assert len(staged(large)) == 1
    assert large.answer()["answer"] == "first"


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_an_upload_whose_process_is_killed_is_completed_by_the_next_run(large: Account, operation: str) -> None:
    make_bucket(large)
    assert kill(large, Place("create", operation, 0)) is False
    large.proxy.faults.clear()
    ran = large.deploy()
    assert ran.code == 0, ran.err
    assert ("UploadPart" in large.proxy.operations) is (operation == "UploadPart")
    assert large.answer()["answer"] == "first"


def test_a_bucket_is_made_private_encrypted_and_with_a_rule_and_the_package_keeps_its_checksum(large: Account) -> None:
    made: dict[str, Any] = {"bucket": bucket(large), "create": True, "expire-days": 7, "owner": large.number}
    large.put("first", project={"staging": made})
    ran = large.deploy()
    assert ran.code == 0, ran.err
    s3, name = large.s3(), bucket(large)
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == REGION
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "lambda-ci:staging", "Value": "true"}]
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (rule["Expiration"], rule["Filter"]) == ({"Days": 7}, {"Prefix": "lambda-ci/"})
    [key] = staged(large)
    head = s3.head_object(Bucket=name, Key=key, ChecksumMode="ENABLED")
    assert (head["ServerSideEncryption"], head["ChecksumSHA256"] != "") == ("AES256", True)
    large.client.delete_function(FunctionName=NAME)
    again = large.deploy()
    assert (again.code, "CreateBucket" in large.proxy.operations) == (0, False)
