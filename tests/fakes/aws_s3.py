"""As much of S3 as staging a package takes: buckets, heads, puts, multipart uploads, checksums, keys. Path-style only."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import zlib
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda import ACCOUNT, Answer
from tests.fakes.aws_s3_buckets import CREATES, FakeBuckets
from tests.fakes.aws_strict import AwsRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

PART = 5 * 1024 * 1024
XML = {"Content-Type": "application/xml"}


class FakeS3(FakeBuckets):
    """``forbidden``: buckets of others. ``objects`` that tests write have no checksums. ``keys``: KMS keys that can be used."""

    def __init__(self, *, region: str) -> None:
        super().__init__(region=region, account=ACCOUNT)
        self.forbidden: set[str] = set()
        self.keys: set[str] = set()
        self._checksums: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.objects: dict[tuple[str, str], bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self._ids = itertools.count(1)

    def content(self, bucket: str, key: str) -> bytes | None:
        return self.objects.get((bucket, key))

    def operation(self, method: str, path: str, query: dict[str, str]) -> str:
        """S3's name for a request."""
        if "/" not in path.strip("/"):
            return self.bucket_operation(method, query)
        if "uploadId" in query:
            return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}[method]
        if "uploads" in query:
            return "CreateMultipartUpload"
        return {"HEAD": "HeadObject", "PUT": "PutObject", "GET": "GetObject"}[method]

    def answer(
        self, operation: str, path: str, *, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        bucket, _, key = path.strip("/").partition("/")
        if operation not in CREATES:
            self._check_bucket(bucket)
            self.check_owner(bucket, headers)
        _check_digest(headers, body)
        if moved := self.moved_answer(bucket):
            return moved
        if not key:
            return self.bucket_answer(operation, bucket, body)
        self._check_key(headers)
        return self._object(operation, (bucket, key), query=query, headers=headers, body=body)

    def _object(
        self, operation: str, at: tuple[str, str], *, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        bucket, key = at
        match operation:
            case "HeadObject":
                return self._head(bucket, key, summed="x-amz-checksum-mode" in headers)
            case "GetObject":
                return Answer(headers=self._head(bucket, key).headers, payload=self.objects[bucket, key])
            case "PutObject":
                self.objects[bucket, key] = body
                self._checksums[bucket, key] = (body, headers.get("x-amz-checksum-sha256", ""))
                return Answer(headers={"ETag": _etag(body)}, payload=b"")
            case "CreateMultipartUpload":
                upload = f"upload-{next(self._ids)}"
                self.uploads[upload] = {}
                text = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
                return Answer(payload=text.encode(), headers=XML)
            case "UploadPart":
                self._upload(query["uploadId"])[int(query["partNumber"])] = body
                kept = {name: value for name, value in headers.items() if name.startswith("x-amz-checksum-")}
                return Answer(headers={"ETag": _etag(body), **kept}, payload=b"")
            case "CompleteMultipartUpload":
                return self._complete(bucket, key, query["uploadId"], body)
            case "AbortMultipartUpload":
                self._upload(query["uploadId"])
                del self.uploads[query["uploadId"]]
                return Answer(status=204, payload=b"")
        raise AwsRefusal(501, "NotImplemented", operation)

    def _head(self, bucket: str, key: str, *, summed: bool = False) -> Answer:
        content = self.content(bucket, key)
        if content is None:
            raise AwsRefusal(404, "NoSuchKey", "The specified key does not exist.")
        of, value = self._checksums.get((bucket, key), (b"", ""))
        checksum = {"x-amz-checksum-sha256": value} if summed and value and of is content else {}
        return Answer(headers={"Content-Length": str(len(content)), "ETag": _etag(content), **checksum}, payload=b"")

    def _complete(self, bucket: str, key: str, upload: str, body: bytes) -> Answer:
        parts = self._upload(upload)
        named = [int(number) for number in re.findall(rb"<PartNumber>(\d+)</PartNumber>", body)]
        if named != sorted(parts):
            raise AwsRefusal(400, "InvalidPart", "One or more of the specified parts could not be found.")
        if any(len(parts[number]) < PART for number in named[:-1]):
            raise AwsRefusal(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        self.objects[bucket, key] = whole = b"".join(parts[number] for number in named)
        digests = b"".join(hashlib.sha256(parts[number]).digest() for number in named)
        composite = base64.b64encode(hashlib.sha256(digests).digest()).decode()
        self._checksums[bucket, key] = (whole, f"{composite}-{len(named)}")
        del self.uploads[upload]
        text = (
            f"<CompleteMultipartUploadResult><Bucket>{bucket}</Bucket><Key>{key}</Key></CompleteMultipartUploadResult>"
        )
        return Answer(payload=text.encode(), headers=XML)

    def _upload(self, upload: str) -> dict[int, bytes]:
        if upload not in self.uploads:
            text = "The specified upload does not exist. The upload ID may be invalid, or it may have been aborted or completed."
            raise AwsRefusal(404, "NoSuchUpload", text)
        return self.uploads[upload]

    def _check_key(self, headers: dict[str, str]) -> None:
        key = headers.get("x-amz-server-side-encryption-aws-kms-key-id")
        if key and key not in self.keys:
            raise AwsRefusal(400, "KMS.NotFoundException", f"Key '{key}' does not exist")

    def _check_bucket(self, bucket: str) -> None:
        if bucket in self.forbidden:
            raise AwsRefusal(403, "AccessDenied", "Access Denied")
        if bucket not in self.buckets:
            raise AwsRefusal(404, "NoSuchBucket", "The specified bucket does not exist")


def _check_digest(headers: dict[str, str], body: bytes) -> None:
    digests: dict[str, Callable[[bytes], bytes]] = {
        "x-amz-checksum-sha256": lambda content: hashlib.sha256(content).digest(),
        "x-amz-checksum-crc32": lambda content: zlib.crc32(content).to_bytes(4, "big"),
    }
    for name, digest in digests.items():
        if name in headers and headers[name] != base64.b64encode(digest(body)).decode():
            raise AwsRefusal(400, "BadDigest", "The checksum you specified did not match what we received.")


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
