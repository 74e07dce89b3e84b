"""Calls that Lambda will not split: said before anything is written, with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead"
CANARY = "    rollout: {strategy: canary, percent: 20, minutes: 0.005}\n"


@pytest.fixture(autouse=True)
def released(cli: Cli, aws: AwsServer) -> str:
    """Version 1 runs; the next one is to get its calls in steps."""
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config + CANARY)
    assert cli("deploy").code == 0
    aws.requests.clear()
    return config


def runs(aws: AwsServer) -> str:
    return str(aws.functions["orders"].aliases["live"]["FunctionVersion"])


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [("role/orders", "role/other", "role"), ("    role", f"    dead-letter-config: {{target-arn: '{QUEUE}'}}\n    role", "dead-letter")],
)  # fmt: skip
def test_another_role_or_dead_letter_queue_is_refused_before_anything_is_written(
    cli: Cli, aws: AwsServer, released: str, old: str, new: str, what: str
) -> None:
    cli.write("lambda-ci.yml", released.replace(old, new) + CANARY)
    for verb in ("plan", "deploy"):
        ran = cli(verb, "--json")
        failure = ran.function("orders")["failure"]
        assert (ran.code, aws.writes, runs(aws)) == (2, [], "1")
        assert f"another {what}" in failure["what"]
        assert "--rollout-strategy all-at-once" in failure["fix"]
    assert cli("deploy", "--rollout-strategy", "all-at-once").code == 0
    assert runs(aws) == "2"
    assert cli("plan", "--json").document["changed"] is False
    cli.write("src/app.py", "def handler(event, context):\n    return 3\n")
    assert "20% of the calls go to version 3" in cli("deploy").err, "the next one goes in steps again"


def test_a_role_that_others_put_into_latest_is_refused_where_it_would_go_live(
    cli: Cli, aws: AwsServer, released: str
) -> None:
    cli.write("lambda-ci.yml", released.replace("    role", "    mode: code-only\n    role") + CANARY)
    assert cli("plan", "--json").document["changed"] is False
    aws.functions["orders"].config["Role"] = "arn:aws:iam::123456789012:role/theirs"
    ran = cli("deploy", "--json")
    assert (ran.code, aws.writes) == (2, [])
    assert "another role than version 1" in ran.function("orders")["failure"]["what"]
