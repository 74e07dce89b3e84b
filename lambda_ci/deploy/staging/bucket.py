"""The staging bucket: whose it is, where it is, and what its refusals mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

from lambda_ci.adapters.aws_denied import s3_action, statement
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambda_ci.adapters.aws_errors import Refusal
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.spec.project import StagingSpec

ABSENT = ("404", "NoSuchKey", "NotFound", "HTTP 404")
HIDDEN = ("403", "AccessDenied", "HTTP 403")
"""Without s3:ListBucket, S3 answers so for what is not there."""
_ELSEWHERE = ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")


class _Named(TypedDict):
    Bucket: str
    ExpectedBucketOwner: str


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The bucket that is configured, as requests name it: never without the account that it belongs to."""

    spec: StagingSpec
    services: Services

    @property
    def name(self) -> str:
        """Without a region or an account."""
        return self.spec.bucket

    @property
    def s3(self) -> S3Client:
        """The client for it."""
        return self.services.aws.s3_client()

    @property
    def region(self) -> str:
        """Where it has to be: where the function is."""
        return self.services.aws.region

    @cached_property
    def owner(self) -> str:
        """The account (12 digits). Asks STS where the configuration does not say. Raises ``AwsError``."""
        return self.spec.owner or self.services.aws.account_id()

    @property
    def named(self) -> _Named:
        """S3 refuses a request for a bucket that somebody else has made under this name."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self.owner}

    @property
    def upload(self) -> dict[str, str]:
        """For each object: S3 checks every part against its SHA-256."""
        own = {"ChecksumAlgorithm": "SHA256", "ExpectedBucketOwner": self.owner}
        if self.spec.kms_key_id:
            own |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.spec.kms_key_id}
        return own

    def arn(self, within: str = "") -> str:
        """In the partition of the region; ``within`` such as ``/*``."""
        return f"arn:{self.s3.meta.partition}:s3:::{self.name}{within}"

    def explained(self, refusal: Refusal) -> AwsError:
        """The refusal in terms of the configuration, where that says more."""
        if refusal.code in {*ABSENT, "NoSuchBucket"}:
            if self.spec.create:
                return self._unseen(refusal)
            return AwsError(
                f"the staging bucket {self.name} does not exist",
                why=refusal.what,
                fix=f"create it in {self.region}, have it created (staging: {{create: true}}), or correct staging.bucket",
            )
        if refusal.status == 301 or refusal.code in _ELSEWHERE or (refusal.status == 400 and refusal.region):
            return self.elsewhere(refusal.region or "another region")
        if refusal.code == "400":
            return AwsError(
                f"the staging bucket {self.name} is in another region, or the credentials have expired",
                why="S3 answers a look at an object without a body, and both look the same.",
                fix=f"use a bucket in {self.region}, or new credentials",
            )
        return self._denied(refusal) if refusal.status == 403 and _is_bare(refusal) else refusal

    def elsewhere(self, region: str) -> AwsError:
        """It is in ``region``, and Lambda cannot use it."""
        return AwsError(
            f"the staging bucket {self.name} is in {region}, and the function in {self.region}",
            why="Lambda reads packages only from buckets in its own region.",
            fix=f"use a bucket in {self.region} (staging.bucket; stages can have their own)",
        )

    def _unseen(self, refusal: Refusal) -> AwsError:
        """It is missing, and was not made because S3 told nobody."""
        return AwsError(
            f"the staging bucket {self.name} does not exist, and was not made",
            why=f"Without s3:ListBucket S3 does not tell that it is missing. {refusal.what}",
            fix=f"add to a policy of this run's identity: {statement('s3:ListBucket', self.arn())} (docs/permissions.md has all of them)",
        )

    def _denied(self, refusal: Refusal) -> AwsError:
        """S3 says no more than "Access Denied" where the bucket is not the owner's, or its policy is in the way."""
        action = s3_action(refusal.operation)
        resource = self.arn(f"/{self.spec.prefix}*") if action.endswith("Object") else self.arn()
        return AwsError(
            f"the staging bucket {self.name} may not be used: {refusal.what}",
            why=f"{action} is not allowed, or the bucket does not belong to the account {self.owner}.",
            fix=f"add to a policy of this run's identity: {statement(action, resource)} "
            "(docs/permissions.md has all of them); name the account of another owner in staging.owner",
        )


def _is_bare(refusal: Refusal) -> bool:
    """Whether AWS names no action."""
    return "is not authorized to perform" not in refusal.message and refusal.code in HIDDEN
