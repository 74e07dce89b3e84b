"""Wheels in S3 that runs on several machines share. Every run here has a cache of its own on its machine."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import CREDENTIALS, AwsServer, Hang, Reset, Status
from tests.fakes.cli import Cli
from tests.fakes.index import Index, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.cli import Ran

BUCKET = "wheels-of-all"
CONFIG = f"""\
version: 1
cache: {{bucket: {BUCKET}}}
functions:
  orders: {{source: src, handler: app.handler, runtime: python3.12}}
"""
NAME = "demo-1.0-py3-none-any.whl"
WHEEL = wheel("demo", "1.0")
KEY = f"lambda-ci-cache/wheels/sha256/{sha256(WHEEL)[:2]}/{sha256(WHEEL)}/{NAME}"
LOCK = """\
lock-version = "1.0"
created-by = "tests"
[[packages]]
name = "demo"
version = "1.0"
wheels = [{{name = "{name}", url = "{url}", size = {size}, hashes = {{sha256 = "{sha256}"}}}}]
"""


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as index:
        index.add(NAME, WHEEL)
        yield index


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.s3.buckets[BUCKET] = server.region
        yield server


class Machines:
    """``build()`` builds the project on a machine that has never built it."""

    def __init__(self, cli: Cli) -> None:
        self.cli = cli
        self._numbers = itertools.count()

    def build(self, *flags: str) -> Ran:
        folder = str(self.cli.folder / f"cache-{next(self._numbers)}")
        ran = self.cli("build", "--json", *flags, environ={"LAMBDA_CI_CACHE": folder})
        assert ran.code == 0, ran.err
        return ran


@pytest.fixture
def machines(tmp_path: Path, index: Index, aws: AwsServer) -> Machines:
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region, "HOME": str(tmp_path)}
    cli = Cli(tmp_path / "shop", {**environ, "PATH": "/usr/bin:/bin"})
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/app.py", "def handler(event, context): ...\n")
    cli.write("src/pylock.toml", LOCK.format(name=NAME, url=index.url(NAME), size=len(WHEEL), sha256=sha256(WHEEL)))
    return Machines(cli)


def test_what_one_machine_fetched_another_reads_and_asks_no_index(
    machines: Machines, aws: AwsServer, index: Index
) -> None:
    first = machines.build()
    assert aws.s3.objects == {(BUCKET, KEY): WHEEL}
    assert f"shared cache s3://{BUCKET}: 0 read, 1 written" in first.err
    index.requests.clear()
    second = machines.build()
    assert index.requests == []
    assert f"shared cache s3://{BUCKET}: 1 read, 0 written" in second.err
    assert second.function("orders")["sha256"] == first.function("orders")["sha256"]


def test_what_is_on_this_machine_is_not_asked_for(machines: Machines, aws: AwsServer) -> None:
    machines.cli.environ["LAMBDA_CI_CACHE"] = str(machines.cli.folder / "cache")
    machines.cli("build")
    aws.requests.clear()
    assert machines.cli("build").code == 0
    assert aws.requests == []


def test_a_run_that_may_not_write_reads_all_the_same(machines: Machines, aws: AwsServer, index: Index) -> None:
    machines.build("--cache-write", "false")
    assert aws.writes == []
    machines.build()
    index.requests.clear()
    machines.build("--cache-write=false")
    assert (index.requests, aws.writes) == ([], ["PutObject"])


def test_the_prefix_is_part_of_the_key(machines: Machines, aws: AwsServer) -> None:
    machines.build("--cache-prefix", "x/")
    assert [key.split("/")[0] for _, key in aws.s3.objects] == ["x"]


@pytest.mark.parametrize("content", [b"", b"other", WHEEL[:-1], WHEEL + b"x", bytes(len(WHEEL))])
def test_an_object_with_other_content_is_never_used(machines: Machines, aws: AwsServer, content: bytes) -> None:
    aws.s3.objects[BUCKET, KEY] = content
    ran = machines.build()
    assert "is not the file that it should be, and is ignored" in ran.err
    assert aws.s3.objects[BUCKET, KEY] == WHEEL


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Status(403, "AccessDenied", "Access Denied"), "what may not be read counts as absent"),
        (Status(404, "NoSuchBucket", "The specified bucket does not exist"), "the build goes on without it"),
        (Status(503, "SlowDown", "Please reduce your request rate."), "the build goes on without it"),
        (Status(400, "ExpiredToken", "The provided token has expired."), "the build goes on without it"),
        (Reset(), "the build goes on without it"),
    ],
)
def test_a_cache_that_cannot_be_read_is_one_warning(
    machines: Machines, aws: AwsServer, fault: Status | Reset, said: str
) -> None:
    aws.faults.add("GetObject", fault, times=9)
    ran = machines.build()
    assert ran.err.count("warning:") == 1
    assert said in ran.err


@pytest.mark.parametrize(
    "fault", [Status(403, "AccessDenied", "Access Denied"), Status(503, "SlowDown", "Slow down."), Reset()]
)
def test_a_cache_that_cannot_be_written_is_one_warning(
    machines: Machines, aws: AwsServer, fault: Status | Reset
) -> None:
    aws.faults.add("PutObject", fault, times=9)
    ran = machines.build()
    assert ran.err.count("warning:") == 1
    assert "nothing is written to it" in ran.err


def test_no_credentials_and_no_region_are_one_warning(machines: Machines) -> None:
    for name in (*CREDENTIALS, "AWS_REGION"):
        machines.cli.environ.pop(name)
    machines.cli.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    assert machines.build().err.count("warning:") == 1


def test_an_answer_that_breaks_off_is_not_used(machines: Machines, aws: AwsServer) -> None:
    aws.s3.objects[BUCKET, KEY] = WHEEL
    aws.faults.add("GetObject", Hang(0, done=True), times=9)
    assert machines.build().function("orders")["files"] > 1


def test_a_bucket_is_required(machines: Machines) -> None:
    machines.cli.write("lambda-ci.yml", CONFIG.replace(f"bucket: {BUCKET}", "prefix: x"))
    ran = machines.cli("build")
    assert ran.code == 2
    assert "cache.bucket" in ran.err
