"""A function with a past: versions that were deployed one after the other."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.aws_lambda import Deployed
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

_MADE: dict[int, dict[str, Deployed]] = {}


def release(cli: Cli, aws: AwsServer, *, count: int) -> None:
    """Versions 1 to ``count`` of orders, each released after the other; really deployed once, because that is slow."""
    for number in range(1, count + 1):
        source = f"def handler(event, context):\n    return {{'statusCode': 200, 'release': {number}}}\n"
        cli.write("src/app.py", source)
        if count not in _MADE:
            assert cli("deploy").code == 0
    _MADE.setdefault(count, copy.deepcopy(aws.functions))
    aws.functions.clear()
    aws.functions.update(copy.deepcopy(_MADE[count]))
    aws.requests.clear()
