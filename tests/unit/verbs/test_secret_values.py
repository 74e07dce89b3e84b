"""Values of environment variables appear nowhere, whatever AWS says of them and in whatever words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import Status

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

SECRET = "hunter2-very-secret"
CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
"""
VARIABLES = f"    environment: {{KEY: {SECRET}, QUOTED: 'o\"{SECRET}\" }}}} quoted', REGION: eu-west-1}}\n"
MESSAGES = [
    'The variables exceeded the 4KB limit. String measured: {{"KEY":"{}"}}',
    "1 validation error detected: Value '{{KEY={}}}' at 'environment.variables' failed to satisfy constraint",
    "2 validation errors detected: Value 'x' at 'timeout' failed; Value '{}' at 'environment.variables.KEY' failed",
    'Unexpected: {{"FunctionName":"orders","Environment":{{"Variables":{{"KEY":"{}"}}}}}}',
    'Could not parse request body into json: … "QUOTED":"o\\"{}\\" }}}} quoted"',
    "Words that nobody has seen before: KEY={}",
]


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_no_words_of_aws_repeat_a_value(cli: Cli, aws: AwsServer, message: str, operation: str) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    if operation != "CreateFunction":
        assert cli("deploy").code == 0
    cli.write("lambda-ci.yml", CONFIG + VARIABLES)
    aws.faults.add(operation, Status(400, "InvalidParameterValueException", message.format(SECRET)), times=2)
    for output in ([], ["--json"]):
        ran = cli("deploy", *output)
        assert ran.code == 5
        assert SECRET not in ran.out + ran.err
    for verb in (["plan"], ["plan", "--json"], ["status", "--json"]):
        ran = cli(*verb)
        assert SECRET not in ran.out + ran.err


def test_a_text_that_is_like_a_value_stays_where_it_is_none(cli: Cli, aws: AwsServer) -> None:
    cli.write("lambda-ci.yml", CONFIG + VARIABLES)
    message = "Layer version arn:aws:lambda:eu-west-1:123456789012:layer:deps:1 does not exist."
    aws.faults.add("CreateFunction", Status(400, "InvalidParameterValueException", message))
    assert message in cli("deploy").err
