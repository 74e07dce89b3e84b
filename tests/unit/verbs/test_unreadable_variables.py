"""Variables under a key that the run may not use: Lambda does not tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

CONFIG = """\
version: 1
project: shop
functions:
  orders:
    source: src
    handler: app.handler
    runtime: python3.12
    role: arn:aws:iam::123456789012:role/orders
    environment-mode: replace
"""


def written(cli: Cli, value: str, *, more: str = "") -> None:
    cli.write("lambda-ci.yml", f"{CONFIG}    environment: {{TOKEN: {value}}}\n{more}")


@pytest.fixture(autouse=True)
def deployed(cli: Cli, aws: AwsServer) -> None:
    """Version 1 with a variable; from here on nobody may decrypt it."""
    written(cli, "first")
    assert cli("deploy").code == 0
    aws.lambda_.sealed = True
    aws.requests.clear()


def variables(aws: AwsServer) -> object:
    orders = aws.functions["orders"]
    return orders.versions[orders.aliases["live"]["FunctionVersion"]]["Environment"]["Variables"]


def test_an_unchanged_deploy_that_replaces_them_writes_nothing(cli: Cli, aws: AwsServer) -> None:
    assert cli("plan", "--json").document["changed"] is False
    assert cli("deploy").code == 0
    assert aws.writes == []


def test_another_value_is_deployed(cli: Cli, aws: AwsServer) -> None:
    written(cli, "second")
    assert cli("deploy").code == 0
    assert variables(aws) == {"TOKEN": "second"}
    aws.requests.clear()
    assert cli("deploy").code == 0
    assert aws.writes == []


def test_what_others_may_have_put_there_does_not_go_live_with_other_code(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].config["Environment"] = {"Variables": {"TOKEN": "theirs"}}
    cli.write("src/app.py", "def handler(event, context):\n    return 2\n")
    assert cli("deploy").code == 0
    assert aws.functions["orders"].aliases["live"]["FunctionVersion"] == "2"
    assert variables(aws) == {"TOKEN": "first"}


def test_another_member_has_them_written_as_well(cli: Cli, aws: AwsServer) -> None:
    written(cli, "first", more="    timeout: 9\n")
    assert cli("deploy").code == 0
    assert variables(aws) == {"TOKEN": "first"}
    assert cli("plan", "--json").document["changed"] is False


def test_a_version_that_remembers_nothing_is_replaced_once(cli: Cli, aws: AwsServer) -> None:
    aws.functions["orders"].versions["1"]["Description"] = ""
    assert cli("deploy").code == 0
    assert "UpdateFunctionConfiguration" in aws.writes


def test_where_they_are_merged_it_is_refused_with_what_to_do(cli: Cli, aws: AwsServer) -> None:
    config = (cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    cli.write("lambda-ci.yml", config.replace("replace", "merge"))
    ran = cli("deploy", "--json")
    assert (ran.code, aws.writes) == (5, [])
    assert "cannot be read, so that nothing can be merged" in ran.function("orders")["failure"]["what"]
