"""The cache in S3 at its limits: objects that are too large to be notes, and a bucket that is slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.aws import connect
from lambda_ci.adapters.shared_cache import SharedCache
from lambda_ci.model.spec.project import AwsSpec, CacheSpec
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.quiet import FakeClock, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET, NAME = "shared", "lambda-ci-cache/file"
LARGE = bytes(300_000)


@dataclass
class Passing(FakeClock):
    """Each look at it takes so many seconds."""

    pace: float = 0.0

    def monotonic(self) -> float:
        self.now += self.pace
        return self.now


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.s3.buckets[BUCKET] = server.region
        server.s3.objects[BUCKET, NAME] = LARGE
        yield server


def cache(aws: AwsServer, *, pace: float = 0.0) -> tuple[SharedCache, Callable[[], list[str]]]:
    console, stream = quiet(Passing(pace=pace))
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region}
    access = connect(AwsSpec.model_validate({}), environ=environ, console=console)
    shared = SharedCache(spec=CacheSpec.model_validate({"bucket": BUCKET}), aws=access, console=console)

    def told() -> list[str]:
        return [line for line in stream.getvalue().splitlines() if line.startswith("warning:")]

    return shared, told


def test_a_bucket_that_is_slow_is_given_up_with_one_warning(aws: AwsServer) -> None:
    shared, told = cache(aws, pace=8.0)
    content = bytearray()
    assert not shared.read("file", content.extend)
    assert len(content) < len(LARGE)
    assert not shared.read("file", content.extend)
    assert len(told()) == 1
    assert "is slow" in told()[0]
    assert aws.operations == ["GetObject"]


def test_what_begins_slowly_and_is_small_is_no_trouble(aws: AwsServer) -> None:
    shared, told = cache(aws, pace=2.0)
    content = bytearray()
    assert shared.read("file", content.extend)
    assert (bytes(content), told()) == (LARGE, [])


@pytest.mark.parametrize(("largest", "found"), [(len(LARGE), True), (len(LARGE) - 1, False)])
def test_what_is_too_large_is_no_note(aws: AwsServer, largest: int, found: bool) -> None:
    shared, told = cache(aws)
    assert bool(shared.note("file", largest=largest)) == found
    assert told() == []
