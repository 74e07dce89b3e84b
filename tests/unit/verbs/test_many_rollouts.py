"""More rollouts than functions are prepared at once: all of them are watched beside each other, not in turns."""

from __future__ import annotations

import copy
import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.verbs.deploying.parallel import THREADS
from tests.fakes.aws_server import Before

if TYPE_CHECKING:
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

NAMES = [f"f{number:02}" for number in range(THREADS + 3)]
CONFIG = """\
version: 1
project: shop
defaults:
  source: src
  handler: app.handler
  runtime: python3.12
  role: arn:aws:iam::123456789012:role/r
  rollout: {strategy: canary, percent: 20, minutes: 0.005}
functions:
"""


def named(one: Deployed, name: str) -> Deployed:
    """The same function under another name."""
    text = (
        json
        .dumps([one.versions, one.aliases])
        .replace(f":{one.name}", f":{name}")
        .replace(f'"{one.name}"', f'"{name}"')
    )
    versions, aliases = json.loads(text)
    return replace(
        copy.deepcopy(one), name=name, arn=one.arn.replace(one.name, name), versions=versions, aliases=aliases
    )


@pytest.fixture(autouse=True)
def released(cli: Cli, aws: AwsServer) -> None:
    """Version 1 of all; one is really deployed. Other code is to be released."""
    cli.write("lambda-ci.yml", f"{CONFIG}  {NAMES[0]}: {{}}\n")
    assert cli("deploy").code == 0
    first = aws.functions[NAMES[0]]
    aws.functions.update({name: named(first, name) for name in NAMES[1:]})
    cli.write("lambda-ci.yml", CONFIG + "".join(f"  {name}: {{}}\n" for name in NAMES))
    assert cli("plan", "--json").document["changed"] is False
    cli.write("src/app.py", "def handler(event, context):\n    return 2\n")
    aws.requests.clear()


@pytest.mark.parametrize("flags", [[], ["--on-failure", "rollback-all"]])
def test_all_rollouts_are_watched_beside_each_other(cli: Cli, aws: AwsServer, flags: list[str]) -> None:
    meeting = threading.Barrier(len(NAMES), timeout=60)
    aws.faults.add("GetMetricData", Before(meeting.wait), times=len(NAMES))
    ran = cli("deploy", *flags, "--json")
    assert ran.code == 0, ran.err
    assert {one.aliases["live"]["FunctionVersion"] for one in aws.functions.values()} == {"2"}
