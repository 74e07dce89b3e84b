"""A staging bucket of lambda-ci's own: private, encrypted, versioned, with a rule that lets packages go, and marked.

Making one takes several requests, and a run can end between any two of them. The mark comes first and the rule last: a bucket with
the mark and without the rule is finished by the next run, one without the mark is somebody else's and stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.deploy.staging.bucket import ABSENT, HIDDEN
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        BucketLifecycleConfigurationTypeDef,
        EmptyResponseMetadataTypeDef,
        LifecycleRuleOutputTypeDef,
        LifecycleRuleTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        ServerSideEncryptionRuleTypeDef,
        TagTypeDef,
    )

    from lambda_ci.deploy.staging.bucket import Bucket

MARK = "lambda-ci:staging"
_MINE = "BucketAlreadyOwnedByYou"
_BUSY = "OperationAborted"
_UNSET = ("NoSuchTagSet", "NoSuchLifecycleConfiguration", "404", "HTTP 404")
_SECONDS, _TRIES = 2, 15
"""Between looks at a bucket that another run makes, and how many of them."""
_ABANDONED_DAYS = 1
"""After which S3 deletes the parts of an upload that was never completed."""
_REPLACED_DAYS = 1
"""After which S3 deletes what expired or was overwritten: its name says what a package holds, so that nobody goes back to it."""
_PRIVATE: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def ready(bucket: Bucket) -> None:
    """It exists, in this region; where it is missing it is made, if that is wanted. Not being allowed to ask is no reason to stop."""
    try:
        with asking(f"find the bucket {bucket.name}"):
            region = bucket.s3.head_bucket(**bucket.named).get("BucketRegion")
    except Refusal as refusal:
        if refusal.code in HIDDEN:
            return
        if refusal.code in ABSENT and bucket.spec.create:
            make(bucket)
            return
        raise bucket.explained(refusal) from refusal
    if region and region != bucket.region:
        raise bucket.elsewhere(region)
    if bucket.spec.create:
        finish(bucket)


def make(bucket: Bucket) -> None:
    """Create it. Another run may be doing the same; both end with the same bucket."""
    bucket.services.console.line(f"creating the bucket {bucket.name} in {bucket.region}")
    for _ in range(_TRIES):
        try:
            with asking(f"create the bucket {bucket.name}"):
                _create(bucket)
        except Refusal as refusal:
            if refusal.code == _BUSY:
                bucket.services.clock.sleep(_SECONDS)
                continue
            if refusal.code != _MINE:
                raise _taken(bucket, refusal) from refusal
        _mark(bucket)
        _settle(bucket, [])
        return
    raise AwsError(
        f"could not create the bucket {bucket.name}: S3 is still at work on that name",
        why="Another run is making or deleting a bucket of this name.",
        fix="run this again in some minutes",
    )


def finish(bucket: Bucket) -> None:
    """Do what is missing of a bucket with the mark. One without it is somebody else's, or of a run that was killed before the mark:
    that cannot be told apart, and is said."""
    tags = _tags(bucket)
    if not any(tag["Key"] == MARK for tag in tags):
        bucket.services.console.line(
            f"the bucket {bucket.name} shows no tag {MARK}, so its settings stay as they are: packages in it expire only by its own rules "
            f"(where lambda-ci shall look after it, tag it {MARK}=true)"
        )
        return
    rules = _rules(bucket)
    if not any(_is_as_wanted(rule, _rule(bucket)) for rule in rules):
        _settle(bucket, rules)


def _create(bucket: Bucket) -> None:
    if bucket.region == "us-east-1":
        bucket.s3.create_bucket(Bucket=bucket.name, ObjectOwnership="BucketOwnerEnforced")
        return
    bucket.s3.create_bucket(
        Bucket=bucket.name,
        ObjectOwnership="BucketOwnerEnforced",
        CreateBucketConfiguration={"LocationConstraint": bucket.region},  # type: ignore[typeddict-item]
    )


def _mark(bucket: Bucket) -> None:
    with asking(f"tag the bucket {bucket.name}"):
        _of_s3(bucket.s3.put_bucket_tagging(**bucket.named, Tagging={"TagSet": [{"Key": MARK, "Value": "true"}]}))


def _settle(bucket: Bucket, rules: list[LifecycleRuleOutputTypeDef]) -> None:
    """Everything in an order in which nothing is ever open. All of it can be done again."""
    with asking(f"block public access to the bucket {bucket.name}"):
        _of_s3(bucket.s3.put_public_access_block(**bucket.named, PublicAccessBlockConfiguration=_PRIVATE))
    with asking(f"encrypt the bucket {bucket.name}"):
        _encrypt(bucket)
    with asking(f"keep versions in the bucket {bucket.name}"):
        _of_s3(bucket.s3.put_bucket_versioning(**bucket.named, VersioningConfiguration={"Status": "Enabled"}))
    own = _rule(bucket)
    others = [rule for rule in rules if rule.get("ID") != own.get("ID")]
    with asking(f"let packages in the bucket {bucket.name} expire"):
        rules_of_all: BucketLifecycleConfigurationTypeDef = {"Rules": [*others, own]}
        _of_s3(bucket.s3.put_bucket_lifecycle_configuration(**bucket.named, LifecycleConfiguration=rules_of_all))


def _encrypt(bucket: Bucket) -> None:
    """A bucket key spares a request to KMS per part."""
    key = bucket.spec.kms_key_id
    by_key: ServerSideEncryptionRuleTypeDef = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key or ""},
        "BucketKeyEnabled": True,
    }
    by_s3: ServerSideEncryptionRuleTypeDef = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    rules = [by_key if key else by_s3]
    _of_s3(bucket.s3.put_bucket_encryption(**bucket.named, ServerSideEncryptionConfiguration={"Rules": rules}))


def _of_s3(answer: EmptyResponseMetadataTypeDef) -> None:
    """S3 answers these requests without a body, so that the client takes any page of a proxy for success."""
    if "html" in answer["ResponseMetadata"]["HTTPHeaders"].get("content-type", ""):
        raise AwsError(
            "something other than S3 answered, with a page of HTML",
            why="A proxy, a captive portal, or a wrong endpoint.",
            fix="check the proxy and the endpoint, and run this again",
        )


def _rule(bucket: Bucket) -> LifecycleRuleTypeDef:
    """For our prefix only: projects may share a bucket."""
    prefix = bucket.spec.prefix
    return {
        "ID": f"lambda-ci {prefix}"[:255],
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": bucket.spec.expire_days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _REPLACED_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _ABANDONED_DAYS},
    }


def _is_as_wanted(rule: LifecycleRuleOutputTypeDef, wanted: LifecycleRuleTypeDef) -> bool:
    return all(rule.get(name) == value for name, value in wanted.items())


def _tags(bucket: Bucket) -> list[TagTypeDef]:
    try:
        with asking(f"read the tags of the bucket {bucket.name}"):
            return bucket.s3.get_bucket_tagging(**bucket.named)["TagSet"]
    except Refusal as refusal:
        if refusal.code in _UNSET or refusal.status == 403:
            return []
        raise bucket.explained(refusal) from refusal


def _rules(bucket: Bucket) -> list[LifecycleRuleOutputTypeDef]:
    try:
        with asking(f"read what expires in the bucket {bucket.name}"):
            return bucket.s3.get_bucket_lifecycle_configuration(**bucket.named).get("Rules", [])
    except Refusal as refusal:
        if refusal.code in _UNSET:
            return []
        raise bucket.explained(refusal) from refusal


def _taken(bucket: Bucket, refusal: Refusal) -> AwsError:
    if refusal.code != "BucketAlreadyExists":
        return bucket.explained(refusal)
    return AwsError(
        f"the bucket {bucket.name} cannot be created: somebody else has one of this name",
        why="Names of buckets are unique among all accounts.",
        fix="choose another name in staging.bucket, such as one with your account's number",
    )
