"""What the program says of itself, and what it loads to say it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci import __version__
from lambda_ci.verbs import VERBS

if TYPE_CHECKING:
    from tests.fakes.cli import Cli

HEAVY = {"boto3", "botocore", "docker", "jmespath", "pathspec", "pydantic", "requests", "rich", "yaml"}


def test_the_help_names_every_verb_and_exit_code(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("--help").code == 0
    text = capsys.readouterr().out
    assert all(f"    {verb} " in text for verb in VERBS)
    assert "130 interrupted" in " ".join(text.split())


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_has_no_hidden_or_broken_lines(
    cli: Cli, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert cli(verb, "--help").code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: lambda-ci {verb} ")
    assert "==SUPPRESS==" not in text


def test_the_version_is_that_of_the_package(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("--version").code == 0
    assert capsys.readouterr().out == f"lambda-ci {__version__}\n"


@pytest.mark.parametrize("argv", [("deplyo",), (), ("build", "--no-such-flag"), ("local", "restart")])
def test_arguments_that_mean_nothing_end_with_2(
    cli: Cli, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...]
) -> None:
    ran = cli(*argv)
    captured = capsys.readouterr()
    assert ran.code == (0 if not argv else 2)
    assert "usage: lambda-ci" in captured.out + captured.err


def test_the_help_loads_nothing_heavy() -> None:
    program = "import sys\nimport lambda_ci.main\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY.isdisjoint(loaded)


def test_check_needs_neither_boto3_nor_docker_nor_requests(cli: Cli) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom lambda_ci.main import main\n"
        "streams = {'stdin': sys.stdin, 'stdout': sys.stdout, 'stderr': sys.stderr}\n"
        "assert main(['check'], environ={}, cwd=Path.cwd(), **streams) == 0\nprint(*sys.modules)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cli.folder)
    assert {"boto3", "botocore", "docker", "requests", "rich"}.isdisjoint(done.stdout.split())


def test_the_schema_is_one_json_document(cli: Cli) -> None:
    ran = cli("schema", "--json")
    assert ran.code == 0
    assert ran.document == json.loads(cli("schema").out)
    assert "functions" in ran.document["properties"]
