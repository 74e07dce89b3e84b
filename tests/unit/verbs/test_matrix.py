from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.cli import Cli

MATRIX = {
    "include": [
        {
            "name": "orders",
            "function": "orders",
            "runtime": "python3.12",
            "architecture": "x86_64",
            "runs-on": "ubuntu-latest",
        }
    ]
}


def test_a_matrix_needs_neither_aws_nor_a_build(cli: Cli) -> None:
    ran = cli("plan", "--matrix")
    assert (ran.code, json.loads(ran.out)) == (0, MATRIX)
    assert not (cli.folder / "dist").exists()
    assert cli("plan", "--matrix", "--json").document["matrix"] == MATRIX


@pytest.mark.parametrize(
    ("argv", "environ", "begins"),
    [
        (("--matrix",), {"GITLAB_CI": "true"}, "include:\n- local: .gitlab/lambda-ci.yml\nlambda-ci: orders:\n"),
        (("--matrix", "github"), {"GITLAB_CI": "true"}, '{"include":'),
        (("--matrix=gitlab",), {}, "include:\n"),
    ],
)
def test_the_ci_system_decides_unless_one_is_named(
    cli: Cli, argv: tuple[str, ...], environ: dict[str, str], begins: str
) -> None:
    begins = begins.replace("lambda-ci: orders:", "'lambda-ci: orders':")
    assert cli("plan", *argv, environ=environ).out.startswith(begins)


def test_github_gets_the_matrix_as_an_output(cli: Cli, tmp_path: Path) -> None:
    output = tmp_path / "output"
    inputs = {"INPUT_COMMAND": "plan", "INPUT_MATRIX": "true"}
    ran = cli(environ={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output), **inputs})
    assert ran.code == 0, ran.err
    written = {part.split("<<")[0]: part.split("\n")[1] for part in _parts(output.read_text())}
    assert json.loads(written["matrix"]) == MATRIX
    assert written["any"] == "true"


def _parts(text: str) -> list[str]:
    lines, parts = text.splitlines(), list[str]()
    for number, line in enumerate(lines):
        if "<<ghadelimiter" in line:
            parts.append(f"{line}\n{lines[number + 1]}")
    return parts


def test_matrix_is_true_or_false(cli: Cli) -> None:
    ran = cli(environ={"GITHUB_ACTIONS": "true", "INPUT_COMMAND": "plan", "INPUT_MATRIX": "maybe"})
    assert ran.code == 2
    assert "input matrix: must be true or false" in ran.err
