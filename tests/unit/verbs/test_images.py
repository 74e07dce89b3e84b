"""Existing images through the verbs, against the strict emulated AWS; nothing here needs Docker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_ecr import INDEX
from tests.fakes.aws_server import Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

HEAD = """\
version: 1
project: shop
functions:
  orders:
    package-type: Image
    role: arn:aws:iam::123456789012:role/orders
"""
NO_ENGINE = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def describe(cli: Cli, *lines: str) -> None:
    cli.write("lambda-ci.yml", HEAD + "".join(f"    {line}\n" for line in lines))


@pytest.fixture
def existing(cli: Cli, aws: AwsServer) -> Cli:
    aws.ecr.put("orders", "1")
    describe(cli, f"image-uri: {aws.ecr.uri('orders')}:1", "image-config: {command: [app.handler]}")
    return cli


def test_an_image_by_tag_is_deployed_by_its_digest_without_docker(existing: Cli, aws: AwsServer) -> None:
    ran = existing("deploy", "--json", environ=NO_ENGINE)
    assert ran.code == 0, ran.err
    digest = aws.ecr.repositories["orders"]["1"]
    assert ran.function("orders")["image"] == f"{aws.ecr.uri('orders')}@{digest}"
    assert aws.functions["orders"].image[1] == f"{aws.ecr.uri('orders')}@{digest}"
    assert "lock" not in ran.err


def test_a_plan_says_when_the_tag_moved_and_only_reads(existing: Cli, aws: AwsServer) -> None:
    assert existing("deploy").code == 0
    assert existing("plan", "--json").document["changed"] is False
    aws.requests.clear()
    aws.ecr.put("orders", "1", manifest='{"new": 1}')
    planned = existing("plan", "--json")
    (field,) = planned.function("orders")["changes"][0]["fields"]
    assert field["field"] == "image"
    assert field["before"].rpartition("@")[2] != field["after"].rpartition("@")[2]
    assert aws.writes == []
    assert set(aws.operations) == {"BatchGetImage", "GetAlias", "GetFunction"}


def test_an_image_by_digest_asks_no_registry(cli: Cli, aws: AwsServer) -> None:
    digest = aws.ecr.put("orders", "1")
    describe(cli, f"image-uri: {aws.ecr.uri('orders')}@{digest}")
    assert cli("deploy").code == 0
    assert "BatchGetImage" not in aws.operations


def test_an_index_is_refused_before_anything_is_written_and_its_own_image_named(cli: Cli, aws: AwsServer) -> None:
    images = [
        {"digest": "sha256:" + "1" * 64, "platform": {"architecture": "amd64", "os": "linux"}},
        {"digest": "sha256:" + "2" * 64, "platform": {"architecture": "arm64", "os": "linux"}},
        {"digest": "sha256:" + "3" * 64, "platform": {"architecture": "unknown", "os": "unknown"}},
    ]
    aws.ecr.put("orders", "1", media_type=INDEX, manifest=json.dumps({"mediaType": INDEX, "manifests": images}))
    describe(cli, f"image-uri: {aws.ecr.uri('orders')}:1", "architecture: arm64")
    ran = cli("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert (ran.code, aws.writes) == (4, [])
    assert "--provenance=false" in failure["fix"]
    assert "@sha256:" + "2" * 64 in failure["fix"]


@pytest.mark.parametrize("verb", ["plan", "deploy"])
def test_an_image_that_is_not_there_ends_with_5(existing: Cli, aws: AwsServer, verb: str) -> None:
    del aws.ecr.repositories["orders"]["1"]
    ran = existing(verb, "--json")
    assert (ran.code, aws.writes) == (5, [])
    assert "there is no image" in ran.function("orders")["failure"]["what"]


def test_a_repository_in_another_region_ends_with_5(cli: Cli, aws: AwsServer) -> None:
    describe(cli, "image-uri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1")
    ran = cli("plan", "--json")
    assert ran.code == 5
    assert "is in us-east-1, and the function in eu-west-1" in ran.function("orders")["failure"]["what"]
    assert aws.requests == []


def test_a_missing_right_is_named_with_its_resource(existing: Cli, aws: AwsServer) -> None:
    who = "arn:aws:sts::123456789012:assumed-role/ci/run"
    what = "arn:aws:ecr:eu-west-1:123456789012:repository/orders"
    text = f"User: {who} is not authorized to perform: ecr:BatchGetImage on resource: {what} because no identity-based policy allows the ecr:BatchGetImage action"
    aws.faults.add("BatchGetImage", Status(400, "AccessDeniedException", text))
    ran = existing("plan", "--json")
    assert ran.code == 5
    statement = f'{{"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "{what}"}}'
    assert statement in ran.function("orders")["failure"]["fix"]


def test_a_repository_that_is_missing_is_explained(existing: Cli, aws: AwsServer) -> None:
    aws.ecr.repositories.clear()
    ran = existing("plan", "--json")
    assert ran.code == 5
    assert "create-repository: true" in ran.function("orders")["failure"]["fix"]


def test_an_image_to_be_built_needs_an_engine_and_says_so(cli: Cli, aws: AwsServer) -> None:
    describe(
        cli, "handler: app.handler", "runtime: python3.12", "source: src", "image: {repository: orders, base: 'x:1'}"
    )
    ran = cli("deploy", "--json", environ=NO_ENGINE)
    failure = ran.function("orders")["failure"]
    assert (ran.code, aws.writes) == (3, [])
    assert "no Docker engine answers at unix:///nowhere/docker.sock" in failure["what"]
    assert "image-uri" in failure["fix"]


def test_what_only_buildkit_builds_is_refused_with_its_name(cli: Cli, aws: AwsServer) -> None:
    cli.write("Dockerfile", "FROM a\nRUN --mount=type=cache,target=/x true\n")
    describe(cli, "image: {repository: orders, dockerfile: Dockerfile}")
    ran = cli("plan", "--json", environ=NO_ENGINE)
    assert ran.code == 3
    assert "needs BuildKit (RUN --mount)" in ran.function("orders")["failure"]["what"]
    assert aws.writes == []


def test_one_image_beside_one_zip_keep_their_order_and_fail_apart(existing: Cli, aws: AwsServer) -> None:
    config = (existing.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    zip_ = "{source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}"
    existing.write("lambda-ci.yml", f"{config}  zipped: {zip_}\n")
    aws.ecr.repositories["orders"].clear()
    ran = existing("deploy", "--json")
    assert list(ran.document["functions"]) == ["orders", "zipped"]
    assert (ran.code, ran.function("zipped")["version"]) == (5, "1")


@pytest.mark.parametrize("verb", ["check", "lock", "build", "status"])
def test_other_verbs_take_images_as_they_are(existing: Cli, verb: str) -> None:
    ran = existing(verb)
    assert ran.code == 0, ran.err
    assert "Traceback" not in ran.err
