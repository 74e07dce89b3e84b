"""The workflows for previews are what GitHub takes, with the least rights, and docs/previews.md says what they do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lambda_ci.model.spec.preview import PreviewSpec
from tests.contract.schemas import accepted
from tests.fakes.pull_requests import MARK

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = ROOT / "examples" / "ci"
SIMPLE, BUILD, DEPLOY = (EXAMPLES / f"github-preview{name}.yml" for name in ("", "-build", "-deploy"))
each = pytest.mark.parametrize("workflow", [SIMPLE, BUILD, DEPLOY], ids=lambda path: path.name)


def _read(path: Path) -> Any:  # noqa: ANN401 - YAML, whose `on` is a boolean
    return yaml.safe_load(path.read_text("utf-8"))


def _run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], capture_output=True, text=True, check=False, cwd=cwd, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@each
def test_github_accepts_the_workflow(workflow: Path) -> None:
    accepted("--builtin-schema", "vendor.github-workflows", workflow)


@each
def test_zizmor_finds_nothing_to_attack(workflow: Path, tmp_path: Path) -> None:
    """But for the one thing that whoever pastes it fills in."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / workflow.name).write_text(workflow.read_text("utf-8").replace("@COMMIT", "@" + "0" * 40))
    _run("zizmor", "--offline", "--no-progress", ".", cwd=tmp_path)


@each
def test_only_inputs_that_exist_are_given(workflow: Path) -> None:
    known = set(_read(ROOT / "action.yml")["inputs"])
    for job in _read(workflow)["jobs"].values():
        for step in job["steps"]:
            if step["uses"].startswith("OWNER/lambda-ci@"):
                assert set(step["with"]) <= known


def test_what_runs_a_strangers_code_has_no_rights() -> None:
    content = _read(BUILD)
    assert list(content[True]) == ["pull_request"]
    assert [job["permissions"] for job in content["jobs"].values()] == [{"contents": "read"}]
    assert "secrets." not in BUILD.read_text("utf-8")


def test_what_has_rights_checks_out_nothing_of_the_pull_request() -> None:
    content = _read(DEPLOY)
    assert content[True]["workflow_run"]["workflows"] == [_read(BUILD)["name"]]
    [job] = content["jobs"].values()
    checkout = next(step for step in job["steps"] if step["uses"].startswith("actions/checkout@"))
    assert set(checkout["with"]) == {"persist-credentials"}
    assert job["environment"]


def test_the_page_tells_every_setting_and_shows_every_recipe() -> None:
    page = (ROOT / "docs" / "previews.md").read_text("utf-8")
    for field in PreviewSpec.model_fields.values():
        assert f"`{field.alias}`" in page
    for recipe in (SIMPLE, BUILD, DEPLOY):
        assert f"(../examples/ci/{recipe.name})" in page
    assert re.search(r"github\.com/\S+:\d+", page), f"what a mark looks like, such as {MARK}"
