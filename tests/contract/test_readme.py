"""What the README says of workflow, dependencies and exit codes is true. What it has in common with other pages: test_docs.py."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import yaml

from lambda_ci import errors
from tests.contract.pages import ACTION, CHECKOUT, README, fenced
from tests.contract.schemas import accepted

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW = CHECKOUT / "examples" / "ci" / "github.yml"
MOST_LINES = 200


def table(page: Path, title: str) -> dict[str, str]:
    """The first two columns of the table whose first heading is ``title``."""
    lines = page.read_text("utf-8").split(f"| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1] for row in rows}


def test_the_workflow_in_the_readme_is_the_tested_file() -> None:
    assert WORKFLOW.read_text("utf-8") in {snippet.text for snippet in fenced(README, "yaml")}


def test_the_workflow_is_one_that_github_accepts() -> None:
    accepted("--builtin-schema", "vendor.github-workflows", WORKFLOW)


def test_the_workflow_gives_only_inputs_that_the_action_has() -> None:
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    steps = [step for step in workflow["jobs"]["functions"]["steps"] if "/lambda-ci@" in step["uses"]]
    assert steps
    assert set(steps[0]["with"]) <= set(ACTION["inputs"])


def test_the_table_of_dependencies_is_complete() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {_name(text) for text in project["dependencies"]}
    wanted |= {f"{_name(text)} (extra `{extra}`)" for extra, texts in extras.items() for text in texts}
    assert set(table(README, "package")) == wanted


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]


def test_the_table_of_exit_codes_is_that_of_the_errors() -> None:
    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.LambdaCiError)
    }
    assert {int(code) for code in table(README, "code")} == codes | {0, 130}


def test_it_is_read_in_one_go() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= MOST_LINES
