"""The import gate through the command: this Python is the function's, so that it is always at hand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.target import Architecture

if TYPE_CHECKING:
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.cli import Cli

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
CONFIG = f"""\
version: 1
defaults:
  source: src
  runtime: python{VERSION}
  role: arn:aws:iam::123456789012:role/orders
functions:
  orders: {{handler: app.handler}}
"""
BROKEN = "  broken: {handler: broken.handler}\n"


@pytest.fixture(autouse=True)
def configured(cli: Cli) -> None:
    cli.write("lambda-ci.yml", CONFIG)
    cli.write("src/broken.py", "import lib\n\ndef handler(event, context): ...\n")
    cli.write("src/lib.py", "import no_such_module\n")


def add(cli: Cli, text: str) -> None:
    cli.write("lambda-ci.yml", CONFIG + text)


def test_a_handler_is_imported_once_for_the_same_package(cli: Cli) -> None:
    first, second = cli("build", "--json"), cli("build", "--json")
    assert first.code == second.code == 0, first.err
    told = first.function("orders")["import"]
    assert (told["place"], told["before"], told["why"]) == (
        f"Python {sys.version.split()[0]} on this machine",
        False,
        None,
    )
    assert second.function("orders")["import"]["before"] is True
    assert "orders: imported before by Python" in second.err


@pytest.mark.parametrize(
    "change",
    [
        lambda cli: cli.write("src/app.py", "import json\ndef handler(event, context): ...\n"),
        lambda cli: add(cli, "  other: {handler: app.handler, environment: {A1: b}}\n"),
    ],
)
def test_another_package_or_environment_is_imported_anew(cli: Cli, change: object) -> None:
    cli("build")
    assert callable(change)
    change(cli)
    functions = cli("build", "--json").document["functions"].values()
    assert any(one["import"]["before"] is False for one in functions)


def test_a_missing_module_ends_with_4_and_says_who_wants_it(cli: Cli) -> None:
    add(cli, BROKEN)
    ran = cli("build", "--json")
    failure = ran.function("broken")["failure"]
    assert (ran.code, failure["exit-code"]) == (4, 4)
    assert failure["why"].startswith("broken.py:1: import lib\nlib.py:1: import no_such_module\n")
    assert "no_such_module" in failure["fix"]
    assert "failure" not in ran.function("orders")


def test_nothing_is_written_to_aws_before_every_handler_was_imported(cli: Cli, aws: AwsServer) -> None:
    add(cli, BROKEN)
    aws.lambda_.handlers["orders"] = lambda _event, _version: {"statusCode": 200}
    ran = cli("deploy", "--json")
    assert ran.code == 4
    assert ran.function("orders")["version"] == "1"
    assert "broken" not in aws.functions
    assert ran.err.index("✗ broken: The handler's module") < ran.err.index("▸ deploy orders")


def test_plan_runs_no_code_of_the_function(cli: Cli, aws: AwsServer) -> None:
    mark = cli.folder / "ran"
    cli.write("src/app.py", f"open({str(mark)!r}, 'w')\ndef handler(event, context): ...\n")
    assert cli("plan").code == 0
    assert not mark.exists()
    assert not aws.writes
    assert cli("build").code == 0
    assert mark.exists()


def test_the_check_can_be_left_out(cli: Cli) -> None:
    add(cli, "  broken: {handler: broken.handler, build: {import-check: never}}\n")
    ran = cli("build", "--json")
    assert (ran.code, ran.function("broken")["import"]) == (0, None)


def test_without_the_runtimes_python_one_line_says_so(cli: Cli) -> None:
    add(
        cli,
        "  newer: {handler: app.handler, runtime: python3.15}\n  newest: {handler: app.handler, runtime: python3.15}\n",
    )
    ran = cli("build", "--json", environ={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert ran.code == 0, ran.err
    assert "no CPython 3.15" in ran.function("newer")["import"]["why"]
    assert ran.err.count("2 functions: not imported, because there is no CPython 3.15") == 1


def test_a_required_check_that_cannot_be_made_ends_with_3(cli: Cli) -> None:
    add(cli, "  newer: {handler: app.handler, runtime: python3.15, build: {import-check: required}}\n")
    ran = cli("build", "--json", environ={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    assert (ran.code, ran.function("newer")["failure"]["exit-code"]) == (3, 3)
    assert "import-check: required" in ran.function("newer")["failure"]["what"]


def test_an_undeclared_variable_is_a_warning_and_where_the_check_is_required_an_error(cli: Cli) -> None:
    cli.write("src/app.py", 'import os\n\nTABLE = os.environ["TABLE"]\n\ndef handler(event, context): ...\n')
    ran = cli("build", "--json")
    assert ran.code == 0
    assert "variable that is not declared: KeyError: 'TABLE'" in ran.document["warnings"][0]["message"]
    assert ran.function("orders")["import"]["complete"] is False
    again = cli("build", "--json")
    assert again.document["warnings"] == ran.document["warnings"], "what is remembered is said again"
    add(cli, "build: {import-check: required}\n")
    assert cli("build").code == 4


def test_declared_variables_are_there_and_their_values_are_never_shown(cli: Cli) -> None:
    cli.write(
        "src/app.py", 'import os\nT = os.environ["TOKEN"]\nprint(T)\nraise ValueError(T)\ndef handler(e, c): ...\n'
    )
    cli.write("lambda-ci.yml", CONFIG.replace("functions:", "  environment: {TOKEN: hunter2-hunter2}\nfunctions:"))
    ran = cli("build", "--json")
    assert "ValueError: ***" in ran.err
    assert "hunter2" not in ran.out + ran.err
    kept = (cli.folder / "cache/import-checks").rglob("*.json")
    assert all("hunter2" not in path.read_text() for path in kept)


def test_no_credentials_of_the_job_are_there(cli: Cli) -> None:
    cli.write("src/app.py", "import os\nraise ValueError(sorted(os.environ.items()))\ndef handler(e, c): ...\n")
    ran = cli("build", environ={"AWS_SECRET_ACCESS_KEY": "the-jobs-own-key", "GITHUB_TOKEN": "the-jobs-own-token"})
    assert "lambda-ci-import-check" in ran.err
    assert "the-jobs-own" not in ran.err


@pytest.mark.parametrize("found", Architecture)
def test_another_machines_package_is_not_imported_here(cli: Cli, found: Architecture) -> None:
    add(cli, f"  there: {{handler: app.handler, architecture: {found}}}\n")
    ran = cli("build", "--json", environ={"DOCKER_HOST": "tcp://127.0.0.1:1"})
    told = ran.function("there")["import"]
    assert ran.code == 0
    assert bool(told["place"]) != bool(told["why"])


def test_the_table_says_what_was_imported(cli: Cli) -> None:
    add(cli, BROKEN)
    lines = {line.split()[0]: line.split() for line in cli("build").out.splitlines()}
    assert "yes" in lines["orders"]
    assert lines["broken"][-1] == "failed"
    assert "imported" in lines["function"]
