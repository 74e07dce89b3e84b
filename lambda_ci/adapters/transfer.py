"""How boto3 uploads a file: in parts, some of them at once; after a failure it takes away the parts that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boto3.s3.transfer import TransferConfig

PART = 8 * 1024 * 1024
"""Bytes of one part of an upload; also what S3's checksum of the whole is made of."""
_THREADS = 4
"""Parts that are on their way at once. More would take longer to stop after a signal."""


def in_parts() -> TransferConfig:
    """A file of less than a part goes in one request."""
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=_THREADS)
