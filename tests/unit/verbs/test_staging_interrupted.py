"""A signal while a package is uploaded to S3: its parts are taken away, nothing uses them, and the next run finishes."""

from __future__ import annotations

import random
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import After, Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

LARGE = 51 * 1024 * 1024
"""Bytes; a request takes 50 MiB."""


@pytest.fixture
def staged(cli: Cli, aws: AwsServer) -> Cli:
    """One function whose package is too large for a request. Noise cannot be compressed."""
    cli.environ["LAMBDA_CI_STAGING_BUCKET"] = "artifacts"
    (cli.folder / "src" / "noise.bin").write_bytes(random.Random(1).randbytes(LARGE))
    aws.s3.buckets["artifacts"] = aws.region
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    return cli


@pytest.mark.parametrize("request_", ["CreateMultipartUpload", "UploadPart"])
def test_parts_are_taken_away_after_a_signal_and_the_next_run_finishes(
    staged: Cli, aws: AwsServer, request_: str
) -> None:
    main = threading.main_thread().ident or 0
    aws.faults.add(request_, After(lambda: signal.pthread_kill(main, signal.SIGINT)))
    ran = staged("deploy", "--json")
    assert ran.code == 130
    assert "AbortMultipartUpload" in aws.operations
    assert aws.s3.uploads == {}
    assert aws.s3.objects == {}
    assert "CreateFunction" not in aws.operations
    assert staged("deploy").code == 0
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "1"


def test_a_part_that_fails_takes_the_others_away_and_the_error_has_three_parts(staged: Cli, aws: AwsServer) -> None:
    aws.faults.add("UploadPart", Status(403, "ExpiredToken", "The provided token has expired."), after=2, times=99)
    ran = staged("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert ran.code == 5
    assert "ExpiredToken" in failure["what"]
    assert "no longer valid" in failure["why"]
    assert "role-duration-seconds" in failure["fix"]
    assert aws.s3.uploads == {}
