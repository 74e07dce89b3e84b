"""How many requests a deployment makes: Lambda takes 15 a second, from everybody in the account together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import READING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

NAMES = [f"f{number}" for number in range(5)]
HEAD = """\
version: 1
defaults:
  source: src
  handler: app.handler
  runtime: python3.12
  role: arn:aws:iam::123456789012:role/r
  smoke: [{expect: {status: 200}}]
functions:
"""


def write(cli: Cli, release: int, *, more: str = "") -> None:
    cli.write("lambda-ci.yml", HEAD + "".join(f"  {name}: {{{more}}}\n" for name in NAMES))
    cli.write("src/app.py", f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {release}}}\n")


@pytest.fixture
def deployed(cli: Cli, aws: AwsServer) -> None:
    """Five functions."""
    for name in NAMES:
        aws.lambda_.handlers[name] = lambda _event, _version: {"statusCode": 200}
    write(cli, 1)
    assert cli("deploy").code == 0
    aws.requests.clear()


def besides_waiting(operations: Sequence[str]) -> Counter[str]:
    """Every deployment reads the function and what its alias runs; GetFunction asks after that for its state only."""
    counted = Counter(operations)
    counted["GetFunction"] = min(counted["GetFunction"], 2 * len(NAMES))
    return counted


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("more", ["", "environment: {}, tags: {}, memory-size: 128"])
def test_nothing_to_do_takes_two_requests_for_each_function_and_writes_nothing(
    cli: Cli, aws: AwsServer, more: str
) -> None:
    write(cli, 1, more=more)
    assert cli("deploy", "--json").document["changed"] is False
    assert len(aws.requests) <= 2 * len(NAMES)
    assert aws.writes == []


@pytest.mark.usefixtures("deployed")
def test_other_code_takes_eight_requests_at_most(cli: Cli, aws: AwsServer) -> None:
    write(cli, 2)
    assert cli("deploy").code == 0
    counted = besides_waiting(aws.operations)
    assert counted.total() <= 8 * len(NAMES)
    written = {name: count for name, count in counted.items() if not name.startswith(READING)}
    assert written == dict.fromkeys(["UpdateFunctionCode", "PublishVersion", "UpdateAlias"], len(NAMES))


@pytest.mark.usefixtures("deployed")
def test_releasing_all_or_none_takes_no_request_more(cli: Cli, aws: AwsServer) -> None:
    write(cli, 2)
    assert cli("deploy", "--on-failure", "rollback-all").code == 0
    assert besides_waiting(aws.operations).total() <= 8 * len(NAMES)
    aws.requests.clear()
    assert cli("deploy", "--on-failure", "rollback-all").code == 0
    assert len(aws.requests) <= 2 * len(NAMES)
