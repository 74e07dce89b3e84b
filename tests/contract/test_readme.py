"""What the README and the docs say is true: workflow, dependencies, exit codes, links, configurations, commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lambda_ci import errors
from lambda_ci.inputs.settings import Sources, load

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKOUT = Path(__file__).resolve().parents[2]
README = CHECKOUT / "README.md"
WORKFLOW = CHECKOUT / "examples" / "ci" / "github.yml"
GENERATED = {"reference.md"}
PAGES = [
    README,
    *(page for page in sorted((CHECKOUT / "docs").glob("*.md")) if page.name not in GENERATED),
    *sorted((CHECKOUT / "examples").glob("*/README.md")),
]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
COMMAND = re.compile(r"^ {4}lambda-ci (.*)$", re.MULTILINE)
FLAG = re.compile(r"--[a-z][a-z-]+")


def blocks(page: Path, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(page.read_text("utf-8")) if name == language]


def table(page: Path, title: str) -> dict[str, str]:
    """The first two columns of the table whose first heading is ``title``."""
    lines = page.read_text("utf-8").split(f"| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1] for row in rows}


def named(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


def test_the_workflow_in_the_readme_is_the_tested_file() -> None:
    assert WORKFLOW.read_text("utf-8") in blocks(README, "yaml")


def test_the_workflow_is_one_that_github_accepts() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(WORKFLOW)]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_workflow_gives_only_inputs_that_the_action_has() -> None:
    action: dict[str, Any] = yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    steps = [step for step in workflow["jobs"]["functions"]["steps"] if "/lambda-ci@" in step["uses"]]
    assert steps
    assert set(steps[0]["with"]) <= set(action["inputs"])


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


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_to_something(page: Path) -> None:
    dead = [found[0] for found in LINK.finditer(page.read_text("utf-8")) if not _leads_somewhere(page, found)]
    assert dead == []


def _leads_somewhere(page: Path, link: re.Match[str]) -> bool:
    target = (page.parent / link["file"]) if link["file"] else page
    if not target.exists():
        return False
    return not link["anchor"] or link["anchor"] in _anchors(target)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@dataclass(frozen=True)
class Snippet:
    page: Path
    text: str

    def __str__(self) -> str:
        return f"{named(self.page)}:{self.text.splitlines()[-1]}"


def snippets(texts: Iterable[tuple[Path, str]]) -> list[Snippet]:
    return [Snippet(page, text) for page, text in texts]


CONFIGURATIONS = snippets((page, text) for page in PAGES for text in blocks(page, "yaml") if "version: 1" in text)


@pytest.mark.parametrize("snippet", CONFIGURATIONS, ids=str)
def test_configurations_in_the_docs_have_no_problems(snippet: Snippet, tmp_path: Path) -> None:
    for function in yaml.safe_load(snippet.text)["functions"].values():
        source = tmp_path / function["source"]
        source.mkdir(parents=True, exist_ok=True)
        (source / "app.py").write_text("handler = print\n")
    (tmp_path / "lambda-ci.yml").write_text(snippet.text)
    settings = load(Sources(flags={}, inputs=None, environ={}, cwd=tmp_path), today=date(2026, 11, 21))
    assert settings.warnings == ()


COMMANDS = snippets((page, text) for page in PAGES for text in COMMAND.findall(page.read_text("utf-8")))


def test_commands_in_the_docs_have_verbs_and_flags_that_exist() -> None:
    flags = {verb: _flags(verb) for verb in sorted({snippet.text.split()[0] for snippet in COMMANDS} - {"VERB"})}
    unknown = [str(snippet) for snippet in COMMANDS if not _known(snippet.text, flags)]
    assert COMMANDS
    assert unknown == []


def _known(text: str, flags: dict[str, set[str]]) -> bool:
    verb, *words = shlex.split(text, comments=True)
    return {word for word in words if word.startswith("--")} <= flags[verb]


def _flags(verb: str) -> set[str]:
    """What ``--help`` knows; a verb that does not exist has none."""
    command = [sys.executable, "-m", "lambda_ci", verb, "--help"]
    shown = subprocess.run(command, check=False, capture_output=True, text=True, cwd=CHECKOUT)
    return set(FLAG.findall(shown.stdout)) if shown.returncode == 0 else set()
