"""The pipelines to paste for many functions, and those that ``plan --matrix`` makes, are what the CI systems take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from lambda_ci.report.matrix import TEMPLATE
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = ROOT / "examples/ci"


def run(*command: str | Path) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def validated(schema: str, file: Path) -> None:
    run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", file)


def test_github_accepts_the_workflow_for_many_functions() -> None:
    validated("github-workflows", EXAMPLES / "github-many.yml")


def test_zizmor_finds_nothing_to_attack_in_the_workflow_for_many_functions(tmp_path: Path) -> None:
    """With a commit in the place that the user fills in."""
    workflow = tmp_path / ".github/workflows/many.yml"
    workflow.parent.mkdir(parents=True)
    text = (EXAMPLES / "github-many.yml").read_text("utf-8")
    workflow.write_text(text.replace("OWNER/lambda-ci@COMMIT", f"owner/lambda-ci@{'a' * 40} # v1.0.0"))
    run("zizmor", "--offline", "--no-progress", "--persona", "pedantic", workflow)


@pytest.mark.parametrize("name", ["gitlab-many.yml", "gitlab-job.yml"])
def test_gitlab_accepts_the_pipeline_for_many_functions(name: str) -> None:
    validated("gitlab-ci", EXAMPLES / name)


def test_the_template_is_where_the_child_pipeline_looks_for_it() -> None:
    assert f"# {TEMPLATE}:" in (EXAMPLES / "gitlab-job.yml").read_text("utf-8")


@pytest.mark.parametrize("names", [["orders"], [f"f{number}" for number in range(300)]])
def test_gitlab_accepts_the_child_pipeline(tmp_path: Path, names: Sequence[str]) -> None:
    child = tmp_path / "child.yml"
    child.write_text(planned(tmp_path, names, "gitlab"))
    validated("gitlab-ci", child)
    whole = yaml.safe_load((EXAMPLES / "gitlab-job.yml").read_text("utf-8")) | yaml.safe_load(child.read_text())
    assert {job["extends"] for name, job in whole.items() if name.startswith("lambda-ci: ")} <= whole.keys()


def test_github_accepts_a_workflow_with_the_matrix_in_it(tmp_path: Path) -> None:
    workflow = yaml.safe_load((EXAMPLES / "github-many.yml").read_text("utf-8"))
    workflow["on"] = workflow.pop(True)
    job = workflow["jobs"]["deploy"]
    job["strategy"]["matrix"] = json.loads(planned(tmp_path, ["orders", "cart"], "github"))
    file = tmp_path / "workflow.yml"
    file.write_text(yaml.safe_dump(workflow))
    validated("github-workflows", file)


def planned(folder: Path, names: Sequence[str], system: str) -> str:
    lines = ["version: 1", "defaults: {source: src, handler: app.handler, runtime: python3.12}", "functions:"]
    cli = Cli(folder, {"HOME": str(folder)})
    cli.write("src/app.py", "")
    cli.write("lambda-ci.yml", "\n".join([*lines, *(f"  {name}: {{}}" for name in names)]) + "\n")
    ran = cli("plan", "--matrix", system)
    assert ran.code == 0, ran.err
    return ran.out
