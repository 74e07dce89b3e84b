"""Packages in S3 that runs on several machines share (``cache.packages``). Every run here is on a machine of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.aws_server import After, Hang, Status
from tests.fakes.index import sha256
from tests.fakes.machines import BUCKET, CONFIG, Machines, keys, without_wheels
from tests.fakes.standards import check_bill, check_statement
from tests.fakes.workshop import VERSION

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.index import Index

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/shop", "GITHUB_SERVER_URL": "https://git.example"}
VOLATILE = {"seconds": 0, "unchanged": 0}


def test_a_new_machine_needs_neither_wheels_nor_index(machines: Machines, aws: AwsServer, index: Index) -> None:
    first = machines.build()
    assert len(keys(aws, "packages/zip/")) == 1
    bill, zipped = machines.paper("orders.cdx.json"), (machines.cli.folder / "dist/orders.zip").read_bytes()
    without_wheels(aws, index)
    index.requests.clear()
    second = machines.build()
    assert index.requests == []
    assert f"orders: taken from s3://{BUCKET}/lambda-ci-cache/" in second.err
    assert second.function("orders") | VOLATILE == first.function("orders") | VOLATILE
    assert second.function("orders")["unchanged"]
    assert (machines.cli.folder / "dist/orders.zip").read_bytes() == zipped
    assert machines.paper("orders.cdx.json") == bill
    check_bill(bill)


def test_the_second_run_on_the_new_machine_asks_nobody(machines: Machines, aws: AwsServer) -> None:
    machines.build()
    machines.build()
    aws.requests.clear()
    assert "taken from" in machines.again().err
    assert aws.requests == []


def test_the_provenance_names_who_made_it_and_who_took_it(machines: Machines) -> None:
    made, taken = "0" * 40, "1" * 40
    machines.build(environ={**GITHUB, "GITHUB_RUN_ID": "7", "GITHUB_SHA": made})
    ran = machines.build(environ={**GITHUB, "GITHUB_RUN_ID": "8", "GITHUB_SHA": taken})
    assert "made by https://git.example/o/shop/actions/runs/7/attempts/1" in ran.err
    statement = machines.paper("orders.provenance.json")
    check_statement(statement)
    details = statement["predicate"]["runDetails"]
    assert details["metadata"]["invocationId"].endswith("/runs/7/attempts/1")
    assert details["lambdaci_taken"]["invocationId"].endswith("/runs/8/attempts/1")
    assert (made in json.dumps(statement), taken in json.dumps(statement)) == (True, False)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("src/app.py", "def handler(event, context): return 1\n"),
        ("src/more.txt", ""),
        ("lambda-ci.yml", CONFIG.replace("app.handler", "app.handler, package: {max-size: 1GB}")),
    ],
)
def test_whatever_shapes_the_package_is_part_of_the_key(machines: Machines, what: str, text: str) -> None:
    machines.build()
    machines.cli.write(what, text)
    assert "taken from" not in machines.build().err


def test_the_python_that_compiles_is_part_of_the_key(machines: Machines, aws: AwsServer) -> None:
    machines.build()
    del machines.cli.environ["LAMBDA_CI_PACKAGE_BYTECODE"]
    nowhere = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    assert "taken from" not in machines.build(environ=nowhere).err
    assert "taken from" in machines.build(environ=nowhere).err
    assert len(keys(aws, "packages/")) == 3, "two documents of one zip: without bytecode it is the same"


@pytest.fixture
def compiled(machines: Machines) -> Machines:
    """With bytecode, by the Python that runs the tests."""
    del machines.cli.environ["LAMBDA_CI_PACKAGE_BYTECODE"]
    machines.cli.environ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
    machines.cli.write("lambda-ci.yml", CONFIG.replace("python3.12", f"python{VERSION}"))
    return machines


def test_bytecode_is_taken_where_only_the_code_has_changed(compiled: Machines, aws: AwsServer) -> None:
    assert "compiling 1 wheel" in compiled.build().err
    [of_wheel] = [key for key in keys(aws, "wheels/sha256/") if "bytecode-" in key and key.endswith(".zip")]
    compiled.cli.write("src/app.py", "def handler(event, context): return 1\n")
    second = compiled.build()
    assert ("taken from" in second.err, "compiling" in second.err) == (False, False)
    assert second.function("orders")["bytecode"]["files"] == 2
    aws.s3.objects[BUCKET, of_wheel] += b"x"
    compiled.cli.write("src/app.py", "def handler(event, context): return 2\n")
    third = compiled.build()
    assert "is not the file that it should be" in third.err
    assert "compiling 1 wheel" in third.err


@pytest.mark.parametrize("damage", [lambda zip: zip[:-1], lambda zip: zip + b"x", lambda zip: bytes(len(zip))])  # fmt: skip
def test_a_zip_with_other_content_is_refused_and_made_again(machines: Machines, aws: AwsServer, damage: Any) -> None:  # noqa: ANN401
    good = machines.build().function("orders")["sha256"]
    [key] = keys(aws, "packages/zip/")
    aws.s3.objects[BUCKET, key] = damage(aws.s3.objects[BUCKET, key])
    ran = machines.build()
    assert "is not the file that it should be, and is ignored" in ran.err
    assert ran.err.count("warning:") == 1
    assert ran.function("orders")["sha256"] == good
    assert not ran.function("orders")["unchanged"]
    assert sha256(aws.s3.objects[BUCKET, key]) == good, "it has been written anew"


def test_a_document_that_was_altered_is_refused(machines: Machines, aws: AwsServer) -> None:
    machines.build()
    [key] = set(keys(aws, "packages/")) - set(keys(aws, "packages/zip/"))
    aws.s3.objects[BUCKET, key] = aws.s3.objects[BUCKET, key].replace(b"orders.zip", b"others.zip")
    ran = machines.build()
    assert "is not the file that it should be" in ran.err
    assert "taken from" not in ran.err


def test_a_document_without_its_zip_is_no_package(machines: Machines, aws: AwsServer) -> None:
    machines.build()
    [key] = keys(aws, "packages/zip/")
    del aws.s3.objects[BUCKET, key]
    ran = machines.build()
    assert ("taken from" in ran.err, "warning:" in ran.err) == (False, False)
    assert key in keys(aws, "packages/zip/")


@pytest.mark.parametrize("requests", [0, 1])
def test_a_run_that_is_killed_while_it_gives_leaves_nothing_that_another_takes(
    machines: Machines, aws: AwsServer, requests: int
) -> None:
    """The first request writes the wheel, the second the zip, the third what names it."""
    shop = machines.cli
    environ = {
        **shop.environ,
        "PYTHONPATH": str(Path(__file__).parents[4]),
        "LAMBDA_CI_CACHE": str(shop.folder / "one"),
    }
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        running[0].kill()

    aws.faults.add("PutObject", After(kill), after=requests)
    with aws.lock:  # Nothing is answered before the process is known here.
        running.append(subprocess.Popen([sys.executable, "-m", "lambda_ci", "build"], cwd=shop.folder, env=environ, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL))  # fmt: skip
    assert running[0].wait(120) == -signal.SIGKILL
    assert "taken from" not in machines.build().err
    assert "taken from" in machines.build().err


def test_a_run_that_may_not_write_takes_all_the_same(machines: Machines, aws: AwsServer) -> None:
    machines.build("--cache-write=false")
    assert aws.writes == []
    machines.build()
    aws.requests.clear()
    assert "taken from" in machines.build("--cache-write=false").err
    assert aws.writes == []


def test_packages_are_shared_only_where_that_is_asked_for(machines: Machines, aws: AwsServer) -> None:
    machines.build("--cache-packages=false")
    assert keys(aws, "packages/") == []
    machines.build()
    assert "taken from" not in machines.build("--cache-packages=false").err


@pytest.mark.parametrize(
    "fault",
    [
        Status(403, "AccessDenied", "Access Denied"),
        Status(404, "NoSuchBucket", "The specified bucket does not exist"),
        Hang(0, done=True),
    ],
)
@pytest.mark.parametrize("operation", ["GetObject", "PutObject"])
def test_a_cache_that_does_not_work_is_at_most_one_warning(
    machines: Machines,
    aws: AwsServer,
    operation: str,
    fault: Any,  # noqa: ANN401
) -> None:
    machines.build()
    if operation == "PutObject":
        machines.cli.write("src/app.py", "def handler(event, context): return 1\n")
    aws.faults.add(operation, fault, times=99)
    ran = machines.build()
    assert ran.err.count("warning:") <= 1
    assert ran.function("orders")["files"] > 1
    assert not ran.function("orders")["unchanged"]


def test_a_bucket_in_another_region_is_one_warning(machines: Machines, aws: AwsServer) -> None:
    aws.s3.buckets[BUCKET] = "us-west-2"
    aws.s3.moved[BUCKET] = (301, "PermanentRedirect")
    ran = machines.build()
    assert ran.err.count("warning:") == 1
