"""Buckets of S3: making them, whose they are, where they are, and their settings, which come back as they were sent."""

from __future__ import annotations

import re

from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_strict import AwsRefusal

CREATES = ("CreateBucket",)
_XML = {"Content-Type": "application/xml"}
_SETTINGS = {
    "tagging": "BucketTagging",
    "lifecycle": "BucketLifecycleConfiguration",
    "encryption": "BucketEncryption",
    "publicAccessBlock": "PublicAccessBlock",
    "versioning": "BucketVersioning",
}
_UNSET = {
    "GetBucketTagging": ("NoSuchTagSet", "The TagSet does not exist"),
    "GetBucketLifecycleConfiguration": (
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
    ),
}


class FakeBuckets:
    """``buckets``: name → region; ``owners``: those of other accounts; ``taken``: names that others have; ``moved``: the status
    and the code with which S3 sends requests to another region; ``settings``: by bucket and name, the XML that was put."""

    def __init__(self, *, region: str, account: str) -> None:
        self.region = region
        self.account = account
        self.buckets: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.taken: set[str] = set()
        self.moved: dict[str, tuple[int, str]] = {}
        self.settings: dict[tuple[str, str], str] = {}

    def bucket_operation(self, method: str, query: dict[str, str]) -> str:
        """S3's name for a request about a bucket."""
        setting = next((name for key, name in _SETTINGS.items() if key in query), None)
        if setting:
            return f"{method.title()}{setting}"
        return {"HEAD": "HeadBucket", "PUT": "CreateBucket"}.get(method, f"{method} bucket")

    def bucket_answer(self, operation: str, bucket: str, body: bytes) -> Answer:
        if operation == "HeadBucket":
            return Answer(headers={"x-amz-bucket-region": self.buckets[bucket]}, payload=b"")
        if operation == "CreateBucket":
            return self._create(bucket, body.decode())
        setting = operation[3:]
        if operation.startswith("Put"):
            self.settings[bucket, setting] = body.decode()
            return Answer(payload=b"", headers=_XML)
        if (bucket, setting) not in self.settings:
            raise AwsRefusal(404, *_UNSET[operation])
        return Answer(payload=self.settings[bucket, setting].encode(), headers=_XML)

    def check_owner(self, bucket: str, headers: dict[str, str]) -> None:
        expected = headers.get("x-amz-expected-bucket-owner")
        if expected and expected != self.owners.get(bucket, self.account):
            raise AwsRefusal(403, "AccessDenied", "Access Denied")

    def moved_answer(self, bucket: str) -> Answer | None:
        if bucket not in self.moved:
            return None
        status, code = self.moved[bucket]
        region = self.buckets[bucket]
        text = f"<Error><Code>{code}</Code><Message>elsewhere</Message><Region>{region}</Region></Error>"
        return Answer(status=status, payload=text.encode(), headers={**_XML, "x-amz-bucket-region": region})

    def _create(self, bucket: str, body: str) -> Answer:
        if bucket in self.taken:
            text = (
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system."
            )
            raise AwsRefusal(409, "BucketAlreadyExists", text)
        where = re.search(r"<LocationConstraint>(.*)</LocationConstraint>", body)
        region = where[1] if where else "us-east-1"
        if region != self.region:
            text = f"The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
            raise AwsRefusal(400, "IllegalLocationConstraintException", text)
        if bucket in self.buckets and self.region != "us-east-1":
            text = "Your previous request to create the named bucket succeeded and you already own it."
            raise AwsRefusal(409, "BucketAlreadyOwnedByYou", text)
        self.buckets[bucket] = region
        return Answer(payload=b"", headers={"Location": f"/{bucket}"})
