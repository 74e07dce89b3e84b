"""A staging bucket that is made where it is missing: how it is made, what is left alone, what races and faults leave."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy.services import Services
from lambda_ci.deploy.staging.objects import stage
from lambda_ci.errors import AwsError
from lambda_ci.model.spec.project import StagingSpec
from tests.fakes.aws_server import After, AwsServer, Before, Html, Lost, Reset, Status
from tests.fakes.deployment import packaged, reach
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.adapters.aws import Aws
    from tests.fakes.aws_server import Fault

SETTINGS = (
    "BucketTagging",
    "PublicAccessBlock",
    "BucketEncryption",
    "BucketVersioning",
    "BucketLifecycleConfiguration",
)
MAKING = ["CreateBucket", *(f"Put{name}" for name in SETTINGS)]
BUSY = Status(
    409, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource."
)
FAULTS: dict[str, Fault] = {
    "slow": Status(503, "SlowDown"),
    "500": Status(500, "InternalError"),
    "reset": Reset(),
    "lost": Lost(),
    "html": Html(),
    "denied": Status(403, "AccessDenied", "Access Denied"),
}


@dataclass(frozen=True)
class Stager:
    """Stages a small package in the bucket ``made``, which is created where it is missing."""

    server: AwsServer
    aws: Aws
    folder: Path
    log: StringIO = field(default_factory=StringIO)

    def __call__(self, content: bytes = b"package", **staging: str | bool | int) -> None:
        spec = StagingSpec.model_validate({"bucket": "made", "create": True, **staging})
        console = replace(quiet()[0], stream=self.log)
        services = Services(aws=self.aws, clock=FakeClock(), console=console, staging=spec)
        stage(packaged(self.folder, content), spec, services)
        assert content in self.server.s3.objects.values()

    def put(self, name: str) -> str:
        return self.server.s3.settings["made", name]


@pytest.fixture
def staging(server: AwsServer, aws: Aws, tmp_path: Path) -> Stager:
    return Stager(server, aws, tmp_path)


def test_a_missing_bucket_is_made_private_encrypted_and_with_an_end_for_packages(
    staging: Stager, server: AwsServer
) -> None:
    staging()
    assert server.s3.buckets == {"made": "eu-west-1"}
    assert server.writes == [*MAKING, "PutObject"]
    assert "<Key>lambda-ci:staging</Key>" in staging.put("BucketTagging")
    assert staging.put("PublicAccessBlock").count(">true<") == 4
    assert "<SSEAlgorithm>AES256</SSEAlgorithm>" in staging.put("BucketEncryption")
    assert "<Status>Enabled</Status>" in staging.put("BucketVersioning")
    rule = staging.put("BucketLifecycleConfiguration")
    assert "<Prefix>lambda-ci/</Prefix>" in rule
    assert "<Expiration><Days>30</Days></Expiration>" in rule
    assert "<DaysAfterInitiation>1</DaysAfterInitiation>" in rule
    created = next(one for one in server.requests if one.operation == "CreateBucket")
    assert created.headers["x-amz-object-ownership"] == "BucketOwnerEnforced"


def test_a_bucket_with_everything_is_not_changed_again(staging: Stager, server: AwsServer) -> None:
    staging()
    server.requests.clear()
    staging(b"another package")
    assert server.writes == ["PutObject"]


def test_a_bucket_with_a_key_encrypts_with_it(staging: Stager, server: AwsServer) -> None:
    server.s3.keys.add("alias/packages")
    staging(b"package", **{"kms-key-id": "alias/packages"})
    encryption = staging.put("BucketEncryption")
    assert "<KMSMasterKeyID>alias/packages</KMSMasterKeyID>" in encryption
    assert "<BucketKeyEnabled>true</BucketKeyEnabled>" in encryption


def test_another_number_of_days_is_set_and_the_rules_of_others_stay(staging: Stager) -> None:
    staging(prefix="shop/")
    staging(b"2", prefix="cart/")
    staging(b"3", prefix="shop/", **{"expire-days": 7})
    rules = staging.put("BucketLifecycleConfiguration")
    assert sorted(re.findall(r"<Prefix>(.*?)</Prefix>", rules)) == ["cart/", "shop/"]
    assert sorted(re.findall(r"<Expiration><Days>(\d+)</Days>", rules)) == ["30", "7"]


def test_a_bucket_of_somebody_else_is_used_as_it_is(staging: Stager, server: AwsServer) -> None:
    server.s3.buckets["made"] = server.region
    staging()
    assert server.writes == ["PutObject"]


def test_what_was_made_by_a_run_killed_before_the_mark_is_told_and_looked_after_once_it_is_marked(
    staging: Stager, server: AwsServer
) -> None:
    server.s3.buckets["made"] = server.region
    staging()
    assert "made shows no tag lambda-ci:staging" in staging.log.getvalue()
    assert "tag it lambda-ci:staging=true" in staging.log.getvalue()
    tags = "<Tagging><TagSet><Tag><Key>lambda-ci:staging</Key><Value>true</Value></Tag></TagSet></Tagging>"
    server.s3.settings["made", "BucketTagging"] = tags
    staging(b"another package")
    assert set(server.s3.settings) == {("made", name) for name in SETTINGS}


def test_a_bucket_whose_tags_may_not_be_read_is_used_as_it_is(staging: Stager, server: AwsServer) -> None:
    server.s3.buckets["made"] = server.region
    server.faults.add("GetBucketTagging", FAULTS["denied"])
    staging()
    assert server.writes == ["PutObject"]


def test_a_bucket_is_made_only_where_that_is_wanted(staging: Stager, server: AwsServer) -> None:
    with pytest.raises(AwsError, match="the staging bucket made does not exist"):
        staging(create=False)
    assert server.writes == []


def test_a_name_that_somebody_else_has_is_refused(staging: Stager, server: AwsServer) -> None:
    server.s3.taken.add("made")
    with pytest.raises(AwsError, match="somebody else has one of this name") as caught:
        staging()
    assert "staging.bucket" in caught.value.fix


def test_two_runs_that_make_it_at_once_end_with_the_same_bucket(staging: Stager, server: AwsServer) -> None:
    server.faults.add("CreateBucket", Before(lambda: server.s3.buckets.update(made=server.region)))
    staging()
    assert set(server.s3.settings) == {("made", name) for name in SETTINGS}


def test_a_name_that_s3_is_still_at_work_on_is_waited_for(staging: Stager, server: AwsServer) -> None:
    server.faults.add("CreateBucket", BUSY, times=3)
    staging()
    assert server.operations.count("CreateBucket") == 4


def test_waiting_for_a_name_has_an_end(staging: Stager, server: AwsServer) -> None:
    server.faults.add("CreateBucket", BUSY, times=99)
    with pytest.raises(AwsError, match="still at work on that name"):
        staging()


@pytest.mark.parametrize("request_", [*MAKING, "GetBucketTagging", "GetBucketLifecycleConfiguration"])
@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_at_any_request_the_next_run_makes_the_rest(
    staging: Stager, server: AwsServer, request_: str, fault: str
) -> None:
    server.faults.add(request_, FAULTS[fault])
    with contextlib.suppress(AwsError):
        staging()
    server.faults.clear()
    staging(b"second")
    unmarked = request_ in {"CreateBucket", "PutBucketTagging"} and "made" in server.s3.buckets
    assert unmarked or set(server.s3.settings) == {("made", name) for name in SETTINGS}


def test_a_right_that_is_missing_is_named_with_its_statement(staging: Stager, server: AwsServer) -> None:
    server.faults.add("CreateBucket", FAULTS["denied"])
    with pytest.raises(AwsError) as caught:
        staging()
    assert '{"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::made"}' in caught.value.fix


def test_in_the_oldest_region_a_bucket_is_made_without_a_place(tmp_path: Path) -> None:
    with AwsServer(region="us-east-1") as server:
        Stager(server, reach(server), tmp_path)()
        assert server.s3.buckets == {"made": "us-east-1"}


def test_a_bucket_deleted_in_the_meantime_is_an_error(staging: Stager, server: AwsServer) -> None:
    server.faults.add("PutBucketTagging", After(server.s3.buckets.clear))
    with pytest.raises(AwsError, match="does not exist"):
        staging()
