"""The workflows, action.yml and dependabot.yml are what GitHub takes, and keep the house rules. Nothing here needs a network."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.contract.schemas import accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
CI = ROOT / ".github/workflows/ci.yml"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$")
each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def _read(path: Path) -> dict[Any, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def _steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in _read(workflow)["jobs"].values():
        yield from job.get("steps", [])


def _run(*command: str) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], capture_output=True, text=True, check=False, cwd=ROOT, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@each_workflow
def test_github_accepts_the_workflow(workflow: Path) -> None:
    accepted("--builtin-schema", "vendor.github-workflows", workflow)


def test_github_accepts_the_workflow_to_paste() -> None:
    accepted("--builtin-schema", "vendor.github-workflows", ROOT / "examples/ci/github.yml")


def test_github_accepts_the_action() -> None:
    accepted("--builtin-schema", "vendor.github-actions", ROOT / "action.yml")


def test_github_accepts_dependabots_settings() -> None:
    accepted("--builtin-schema", "vendor.dependabot", ROOT / ".github/dependabot.yml")


def test_zizmor_finds_nothing_to_attack() -> None:
    _run("zizmor", "--offline", "--no-progress", "--persona", "pedantic", ".github", "action.yml")


@each_workflow
def test_every_action_of_others_is_pinned_to_a_commit_and_says_its_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.*)", workflow.read_text(encoding="utf-8"))
    assert used
    assert [name for name in used if not name.startswith("./") and not PINNED.match(name)] == []


@each_workflow
def test_one_action_has_one_commit_everywhere(workflow: Path) -> None:
    everywhere = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    for name, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", workflow.read_text(encoding="utf-8")):
        assert set(re.findall(rf"uses: {re.escape(name)}@([0-9a-f]{{40}})", everywhere)) == {commit}


@each_workflow
def test_nothing_is_allowed_but_what_a_job_asks_for(workflow: Path) -> None:
    content = _read(workflow)
    assert content["permissions"] == {}
    assert [
        name for name, job in content["jobs"].items() if "permissions" not in job or "timeout-minutes" not in job
    ] == []


@each_workflow
def test_no_credentials_stay_in_the_checkout(workflow: Path) -> None:
    checkouts = [step for step in _steps(workflow) if str(step.get("uses", "")).startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_workflow
def test_values_reach_scripts_through_the_environment_only(workflow: Path) -> None:
    assert [step["run"] for step in _steps(workflow) if "${{" in step.get("run", "")] == []


def test_the_required_check_waits_for_every_other_job() -> None:
    jobs = _read(CI)["jobs"]
    assert set(jobs["required"]["needs"]) == set(jobs) - {"required"}
    assert jobs["required"]["if"] == "always()"


def test_the_oldest_python_that_is_supported_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tested = _read(CI)["jobs"]["unit"]["strategy"]["matrix"]["python"]
    assert f">={tested[0]}" == project["requires-python"]


def test_every_make_target_of_the_workflows_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    scripts = "\n".join(step.get("run", "") for workflow in WORKFLOWS for step in _steps(workflow))
    used = {target for line in re.findall(r"^make (.*)$", scripts, flags=re.MULTILINE) for target in line.split()}
    assert used
    assert used <= targets


def test_the_action_on_itself_gives_only_inputs_that_it_has() -> None:
    inputs = _read(ROOT / "action.yml")["inputs"]
    given = {name for step in _steps(CI) if str(step.get("uses", "")).startswith("./") for name in step["with"]}
    assert given <= set(inputs)


def test_the_action_is_the_image_of_this_repository() -> None:
    runs = _read(ROOT / "action.yml")["runs"]
    assert runs == {"using": "docker", "image": "Dockerfile"}
    assert (ROOT / runs["image"]).is_file()
