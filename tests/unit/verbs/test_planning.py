"""The plans of several functions, and what a plan foretells of a deploy that would stop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Before, Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

HEAD = "version: 1\nproject: shop\ndefaults: {source: src, handler: app.handler, runtime: python3.12, role: 'arn:aws:iam::123456789012:role/r'}\nfunctions:\n"


def test_functions_are_planned_at_the_same_time_and_told_in_order(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", HEAD + "".join(f"  f{number}: {{}}\n" for number in range(4)))
    meeting = threading.Barrier(4, timeout=60)
    aws.faults.add("GetFunction", Before(meeting.wait), times=4)
    ran = cli("plan")
    assert ran.code == 0, ran.err
    assert [line.split(":")[0] for line in ran.out.splitlines() if line.startswith("f")] == ["f0", "f1", "f2", "f3"]


def test_what_cannot_be_planned_hides_no_other(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", HEAD + "  f0: {}\n  f1: {}\n  f2: {}\n")
    aws.faults.add("GetFunction", Status(403, "AccessDeniedException", "no"))
    ran = cli("plan", "--json")
    failed = [name for name in ("f0", "f1", "f2") if ran.function(name).get("failure")]
    assert (ran.code, len(failed)) == (5, 1)
    assert "✗ plan (" in ran.err


@pytest.mark.parametrize("verb", ["plan", "deploy"])
def test_without_a_region_nothing_is_built(cli: Cli, aws: AwsServer, verb: str) -> None:
    cli.environ["AWS_CONFIG_FILE"] = "/nowhere"
    cli.environ.pop("AWS_REGION")
    ran = cli(verb)
    assert (ran.code, aws.writes) == (2, [])
    assert "no AWS region is given" in ran.err
    assert "▸" not in ran.err


def test_no_new_version_of_a_function_that_is_stopped_can_be_tested(cli: Cli, aws: AwsServer) -> None:
    """Said before anything is written: waiting for calls that never run takes a minute."""
    aws.lambda_.handlers["f"] = lambda _event, _version: {"statusCode": 200}
    smoke = "smoke: [{expect: {status: 200}}]"
    cli.write("lambda-ci.yml", f"{HEAD}  f: {{reserved-concurrency: 0, {smoke}}}\n")
    assert cli("deploy").code == 0
    cli.write("src/app.py", "def handler(event, context):\n    return {'statusCode': 200, 'release': 2}\n")
    aws.requests.clear()
    for verb in ("plan", "deploy"):
        ran = cli(verb, "--json")
        assert (ran.code, aws.writes) == (5, [])
        assert "f is stopped (its reserved concurrency is 0)" in ran.function("f")["failure"]["what"]
    cli.write("lambda-ci.yml", f"{HEAD}  f: {{reserved-concurrency: none, {smoke}}}\n")
    assert cli("deploy").code == 0
    assert aws.functions["f"].aliases["live"]["FunctionVersion"] == "2"
