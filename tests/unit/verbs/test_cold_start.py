"""How long a new version's first call waited, against the version before: measured by the smoke test, remembered by the alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli


@pytest.fixture(autouse=True)
def answering(aws: AwsServer) -> None:
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}


def change(cli: Cli, number: int) -> None:
    cli.write("src/app.py", f"NUMBER = {number}\n\n\ndef handler(event, context):\n    return {{'statusCode': 200}}\n")


def test_a_deploy_tells_the_time_to_be_ready_and_that_of_the_version_before(
    cli: Cli, aws: AwsServer, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    aws.lambda_.inits["orders"] = 400
    first = cli("deploy", "--json").function("orders")
    assert (first["init-seconds"], first["previous-init-seconds"]) == (0.4, None)
    assert aws.functions["orders"].aliases["live"]["Description"] == "[lambda-ci: 1; init 1 400 ms]"
    change(cli, 1)
    aws.lambda_.inits["orders"] = 500
    second = cli("deploy", "--json", environ=github).function("orders")
    assert (second["init-seconds"], second["previous-init-seconds"]) == (0.5, 0.4)
    assert "| orders | 0.50 s | 0.40 s | +25% |" in summary.read_text("utf-8")


def test_it_is_forgotten_with_the_version_that_is_rolled_back_from(cli: Cli, aws: AwsServer) -> None:
    aws.lambda_.inits["orders"] = 400
    cli("deploy")
    change(cli, 1)
    cli("deploy")
    assert "init 2 400 ms" in aws.functions["orders"].aliases["live"]["Description"]
    assert cli("rollback").code == 0
    assert "init" not in aws.functions["orders"].aliases["live"]["Description"]


def test_a_warm_environment_and_a_function_without_a_smoke_test_tell_nothing(cli: Cli, aws: AwsServer) -> None:
    ran = cli("deploy", "--json")
    assert ran.function("orders")["init-seconds"] is None
    assert aws.operations.count("GetAlias") == 0
    assert "init" not in aws.functions["orders"].aliases["live"]["Description"]
