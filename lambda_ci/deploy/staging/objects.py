"""Packages in S3, each under its own digest: what is there as a whole is not uploaded again, and nothing else is used."""

from __future__ import annotations

import base64
import hashlib
from enum import Enum
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import Refusal, asking
from lambda_ci.adapters.transfer import PART, in_parts
from lambda_ci.deploy.staging.bucket import ABSENT, HIDDEN, Bucket
from lambda_ci.deploy.staging.bucket_creation import ready
from lambda_ci.errors import AwsError, PackageError

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.deploy.services import Services
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.spec.project import StagingSpec

_COMPLETED = "NoSuchUpload"
"""S3 answers so as well where the answer to an upload's completion was lost, and the client asks for it again."""


class _Found(Enum):
    """What is under a key."""

    WHOLE = "the package"
    OTHER = "something else"
    UNSUMMED = "something of that size, without a checksum"
    NOTHING = "nothing"
    HIDDEN = "what may not be seen"


_UPLOADED = {_Found.WHOLE, _Found.HIDDEN, _Found.UNSUMMED}
"""What there can be after an upload whose parts S3 has checked. What is like S3 does not always keep checksums."""


def stage(package: Package, staging: StagingSpec, services: Services) -> dict[str, str]:
    """Where the package is in S3, as Lambda's requests name it. Raises ``AwsError`` or ``PackageError``."""
    bucket = Bucket(spec=staging, services=services)
    key = f"{staging.prefix}{package.sha256}.zip"
    if _look(package, bucket, key) is not _Found.WHOLE:
        ready(bucket)
        _upload(package, bucket, key)
        if (found := _look(package, bucket, key)) not in _UPLOADED:
            raise AwsError(
                f"s3://{bucket.name}/{key} is not what was uploaded, but {found.value}",
                why="Something else wrote to it or deleted it in the meantime.",
                fix="run this again",
            )
    return {"S3Bucket": bucket.name, "S3Key": key}


def checksum(path: Path) -> str:
    """S3's SHA-256 of an object that was uploaded in parts: that of the parts' digests and their number, else that of its bytes."""
    parts = []
    with path.open("rb") as file:
        while part := file.read(PART):
            parts.append(hashlib.sha256(part).digest())
    if path.stat().st_size < PART:
        return base64.b64encode(b"".join(parts)).decode()
    return f"{base64.b64encode(hashlib.sha256(b''.join(parts)).digest()).decode()}-{len(parts)}"


def _look(package: Package, bucket: Bucket, key: str) -> _Found:
    """An object without a checksum of ours, such as another tool's, is not trusted."""
    try:
        with asking(f"look for s3://{bucket.name}/{key}"):
            found = bucket.s3.head_object(**bucket.named, Key=key, ChecksumMode="ENABLED")
    except Refusal as refusal:
        if refusal.code in {*ABSENT, *HIDDEN}:
            return _Found.NOTHING if refusal.code in ABSENT else _Found.HIDDEN
        raise bucket.explained(refusal) from refusal
    if found["ContentLength"] != package.size:
        return _Found.OTHER
    if not (kept := found.get("ChecksumSHA256")):
        return _Found.UNSUMMED
    return _Found.WHOLE if kept == _checksum(package) else _Found.OTHER


def _upload(package: Package, bucket: Bucket, key: str) -> None:
    console = bucket.services.console
    console.line(f"uploading {package.size:,} bytes to s3://{bucket.name}/{key}")
    try:
        with (
            console.progress(f"upload {package.path.name}", package.size) as done,
            asking(f"upload to s3://{bucket.name}/{key}"),
        ):
            bucket.s3.upload_file(
                str(package.path), bucket.name, key, ExtraArgs=bucket.upload, Callback=done, Config=in_parts()
            )
    except Refusal as refusal:
        if refusal.code != _COMPLETED or _look(package, bucket, key) is not _Found.WHOLE:
            raise bucket.explained(refusal) from refusal
    except OSError as error:
        raise _unreadable(package, error) from error


def _checksum(package: Package) -> str:
    try:
        return checksum(package.path)
    except OSError as error:
        raise _unreadable(package, error) from error


def _unreadable(package: Package, error: OSError) -> PackageError:
    return PackageError(
        f"the package {package.path} cannot be read", why=str(error), fix="build it again (lambda-ci build)"
    )
