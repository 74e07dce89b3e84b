"""Packages in S3, each under its own digest: what is there is not uploaded again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.errors import AwsError, PackageError

if TYPE_CHECKING:
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.spec import StagingSpec

_ABSENT = ("404", "NoSuchKey", "NotFound", "HTTP 404")
_HIDDEN = ("403", "AccessDenied", "HTTP 403")
"""Without s3:ListBucket, S3 answers so for what is not there."""
_COMPLETED = "NoSuchUpload"
"""S3 answers so as well where the answer to an upload's completion was lost, and the client asks for it again."""


def stage(package: Package, staging: StagingSpec, services: Services) -> dict[str, str]:
    """Where the package is in S3, as Lambda's requests name it. Raises ``AwsError`` or ``PackageError``."""
    key = f"{staging.prefix}{package.sha256}.zip"
    if _size(staging.bucket, key, services) != package.size:
        _check_bucket(staging.bucket, services)
        _upload(package, staging.bucket, key, services)
        if _size(staging.bucket, key, services) not in {package.size, None}:
            raise AwsError(f"s3://{staging.bucket}/{key} is not what was uploaded", fix="run this again")
    return {"S3Bucket": staging.bucket, "S3Key": key}


def _size(bucket: str, key: str, services: Services) -> int | None:
    """Bytes; ``None`` where it is not there, or may not be seen."""
    try:
        with asking(f"look for s3://{bucket}/{key}"):
            return services.aws.s3_client().head_object(Bucket=bucket, Key=key)["ContentLength"]
    except Refusal as refusal:
        if refusal.code in {*_ABSENT, *_HIDDEN}:
            return None
        raise _explained(refusal, bucket, services) from refusal


def _check_bucket(bucket: str, services: Services) -> None:
    """It exists, in this region. Not being allowed to ask is no reason to stop."""
    try:
        with asking(f"find the bucket {bucket}"):
            region = services.aws.s3_client().head_bucket(Bucket=bucket).get("BucketRegion")
    except Refusal as refusal:
        if refusal.code in _HIDDEN:
            return
        raise _explained(refusal, bucket, services) from refusal
    if region and region != services.aws.region:
        raise _elsewhere(bucket, region, services)


def _upload(package: Package, bucket: str, key: str, services: Services) -> None:
    s3, console = services.aws.s3_client(), services.console
    console.line(f"uploading {package.size:,} bytes to s3://{bucket}/{key}")
    try:
        with (
            console.progress(f"upload {package.path.name}", package.size) as done,
            asking(f"upload to s3://{bucket}/{key}"),
        ):
            s3.upload_file(str(package.path), bucket, key, ExtraArgs={"ChecksumAlgorithm": "SHA256"}, Callback=done)
    except Refusal as refusal:
        if refusal.code != _COMPLETED or _size(bucket, key, services) != package.size:
            raise _explained(refusal, bucket, services) from refusal
    except OSError as error:
        raise PackageError(
            f"the package {package.path} cannot be read", why=str(error), fix="build it again (lambda-ci build)"
        ) from error


def _explained(refusal: Refusal, bucket: str, services: Services) -> AwsError:
    if refusal.code in {*_ABSENT, "NoSuchBucket"}:
        return AwsError(
            f"the staging bucket {bucket} does not exist",
            why=refusal.what,
            fix=f"create it in {services.aws.region}, or correct staging.bucket",
        )
    if refusal.code == "400":
        return AwsError(
            f"the staging bucket {bucket} is in another region, or the credentials have expired",
            why="S3 answers a look at an object without a body, and both look the same.",
            fix=f"use a bucket in {services.aws.region}, or new credentials",
        )
    if refusal.status == 301 or refusal.code in {"PermanentRedirect", "AuthorizationHeaderMalformed"}:
        return _elsewhere(bucket, "another region", services)
    if refusal.status == 403:
        return AwsError(
            f"the staging bucket {bucket} may not be used: {refusal.what}",
            why=refusal.why,
            fix=f"allow s3:PutObject and s3:GetObject on arn:aws:s3:::{bucket}/*, and s3:ListBucket on arn:aws:s3:::{bucket}; "
            "check that the bucket belongs to this account",
        )
    return refusal


def _elsewhere(bucket: str, region: str, services: Services) -> AwsError:
    return AwsError(
        f"the staging bucket {bucket} is in {region}, and the function in {services.aws.region}",
        why="Lambda reads packages only from buckets in its own region.",
        fix=f"use a bucket in {services.aws.region} (staging.bucket; stages can have their own)",
    )
