"""What the program says of itself, and what it loads to say it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci import __version__
from lambda_ci.inputs.options import options
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


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["chekc"], 'there is no verb "chekc"; did you mean "check"?'),
        (["help"], 'there is no verb "help" (`lambda-ci --help` lists them)'),
        (["--config=secret.yml", "check"], "the verb comes first, options after it: lambda-ci VERB --config …"),
    ],
)
def test_a_verb_that_is_not_one_is_told_from_an_option_too_early(
    cli: Cli, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    assert cli(*argv).code == 2
    assert said in capsys.readouterr().err


def test_only_check_explains_every_setting_and_all_verbs_name_them(
    cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    cli("check", "--help")
    whole = capsys.readouterr().out
    cli("deploy", "--help")
    short = capsys.readouterr().out
    flags = {f"--{option.name}" for option in options()}
    assert flags <= set(re.findall(r"--[a-z0-9-]+", whole))
    assert flags <= set(re.findall(r"--[a-z0-9-]+", short))
    assert len(short.splitlines()) < 100 < len(whole.splitlines())


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


def test_an_unknown_flag_is_named_without_its_value(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("check", "--environmnt", "TOKEN=hunter2", "--tmeout=hunter2", "--jsn").code == 2
    text = capsys.readouterr().err
    assert (
        '--environmnt; did you mean "--environment"?, --tmeout; did you mean "--timeout"?, --jsn; did you mean "--json"?'
        in text
    )
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("redirection", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">/dev/full", 1), ("2>/dev/full", 0)]
)
def test_closed_and_full_streams_break_nothing(cli: Cli, redirection: str, code: int) -> None:
    command = ["/bin/sh", "-c", f'"{sys.executable}" -m lambda_ci check {redirection}']
    done = subprocess.run(command, capture_output=True, text=True, cwd=cli.folder, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_working_folder_that_is_gone_ends_with_2(cli: Cli) -> None:
    script = f'mkdir gone && cd gone && rmdir ../gone && "{sys.executable}" -m lambda_ci check'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, cwd=cli.folder, check=False)
    assert done.returncode == 2
    assert "the working directory cannot be used" in done.stderr


def test_windows_is_told_where_it_runs_instead() -> None:
    program = "import sys; sys.platform = 'win32'\nfrom lambda_ci import program\nprogram.run()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "→ use WSL, or its container" in done.stderr


@pytest.mark.parametrize("place", ["exec('interrupt()')", "Lost()"])
def test_an_interrupt_ends_the_run_with_130_wherever_it_comes(cli: Cli, place: str) -> None:
    """Within exec CPython would end by SIGINT, and within a finalizer the interrupt would be lost."""
    program = (
        "import os, signal, time, sys\nfrom lambda_ci import main, program\n"
        "def interrupt(): os.kill(os.getpid(), signal.SIGTERM); time.sleep(0)\n"
        "class Lost:\n    def __del__(self): interrupt()\n"
        f"def work(*_, **__):\n    {place}\n    time.sleep(5)\n    return 0\n"
        "main.main = work\nprogram.run()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=cli.folder, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_an_interrupt_that_pydantic_hides_in_an_error_of_its_own_is_still_an_interrupt() -> None:
    program = (
        "import sys, io\nfrom pathlib import Path\nfrom pydantic_core import SchemaValidator, core_schema\n"
        "from lambda_ci.main import main\nfrom lambda_ci.verbs import VERBS\n"
        "class Late:\n    @property\n    def value(self): raise KeyboardInterrupt\n"
        "kind = VERBS['check'][1]()\n"
        "class Making(kind):\n"
        "    def run(self, world): SchemaValidator(core_schema.enum_schema(Late, [Late()]))\n"
        "VERBS['check'] = ('', lambda: Making)\n"
        "sys.exit(main(['check'], environ={}, cwd=Path.cwd(), stdin=io.StringIO(), stdout=sys.stdout, stderr=sys.stderr))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 130, ran.stderr
    assert "interrupted by a signal" in ran.stderr
    assert "Traceback" not in ran.stderr
