"""The pipelines to paste, the GitLab component, and those that ``plan --matrix`` makes, are what the CI systems take."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from lambda_ci.inputs.layers import CACHE_VARIABLES, PIPELINE_VARIABLES
from lambda_ci.inputs.options import options
from lambda_ci.report.matrix import TEMPLATE
from lambda_ci.verbs import VERBS
from tests.contract.schemas import accepted
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
EXAMPLES = ROOT / "examples/ci"


def run(*command: str | Path) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], capture_output=True, text=True, check=False, cwd=ROOT, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


def validated(schema: str, file: Path) -> None:
    accepted("--builtin-schema", f"vendor.{schema}", file)


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (
            "gitlab-ci",
            ["gitlab.yml", "gitlab-component.yml", "gitlab-previews.yml", "gitlab-many.yml", "gitlab-job.yml"],
        ),
        ("bitbucket-pipelines", ["bitbucket-pipelines.yml", "bitbucket-previews.yml"]),
        ("circle-ci", ["circleci.yml", "circleci-previews.yml"]),
        ("azure-pipelines", ["azure-pipelines.yml"]),
    ],
)
def test_each_system_accepts_its_pipelines(schema: str, names: Sequence[str]) -> None:
    """Azure's schema has patterns that are no Unicode ones."""
    files = [EXAMPLES / name for name in names]
    accepted("--regex-variant", "nonunicode", "--builtin-schema", f"vendor.{schema}", *files)


def test_gitlab_accepts_a_job_of_the_component(tmp_path: Path) -> None:
    """With the inputs filled in, as GitLab does; none is used that is not declared, and none declared that is not used."""
    header, job = (ROOT / "templates/lambda-ci.yml").read_text("utf-8").split("---\n")
    declared = yaml.safe_load(header)["spec"]["inputs"]
    filled = job
    for name, about in declared.items():
        assert f"$[[ inputs.{name} ]]" in job, name
        filled = filled.replace(
            f"$[[ inputs.{name} ]]", json.dumps(about.get("default", "index.example/image")).strip('"')
        )
    assert "$[[" not in filled
    pipeline = tmp_path / "pipeline.yml"
    pipeline.write_text(filled)
    validated("gitlab-ci", pipeline)
    [made] = yaml.safe_load(filled).values()
    assert made["rules"] == declared["rules"]["default"]
    used = yaml.safe_load((EXAMPLES / "gitlab-component.yml").read_text("utf-8"))["include"]
    assert all(one["inputs"].keys() <= declared.keys() for one in used)


def test_the_verbs_and_variables_of_the_pipelines_exist() -> None:
    known = {option.variable for option in options()} | set(PIPELINE_VARIABLES) | set(CACHE_VARIABLES)
    for file in (*EXAMPLES.iterdir(), ROOT / "templates/lambda-ci.yml"):
        text = "\n".join(
            line for line in file.read_text("utf-8").splitlines() if not line.lstrip().startswith(("#", "//"))
        )
        verbs = re.findall(
            r"(?:^\s*(?:- )?(?:run: |bash: )?|sh ')(?:\./)?lambda-ci(?:\.sh)? ([a-z]+)", text, re.MULTILINE
        )
        verbs += re.findall(r"^\s*COMMAND: ([a-z]+)", text, re.MULTILINE)
        assert set(verbs) <= VERBS.keys(), file.name
        assert set(re.findall(r"LAMBDA_CI_[A-Z_]+", text)) <= known | {"LAMBDA_CI_"}, file.name
    offered = yaml.safe_load((ROOT / "templates/lambda-ci.yml").read_text("utf-8").split("---\n")[0])
    assert set(offered["spec"]["inputs"]["command"]["options"]) <= VERBS.keys()


def test_code_that_nobody_has_looked_at_gets_no_right_to_deploy() -> None:
    """A merge request's job takes another role, and is none of a fork's, where GitLab gives ``CI_PROJECT_ID`` as the fork's own."""
    pipeline = yaml.safe_load((EXAMPLES / "gitlab.yml").read_text("utf-8"))
    role = "LAMBDA_CI_ROLE_TO_ASSUME"
    assert pipeline["plan"]["variables"][role] != pipeline[".lambda-ci"]["variables"][role]
    for name in ("gitlab.yml", "gitlab-component.yml", "gitlab-previews.yml"):
        rules = re.findall("if: (.*merge_request_event.*)", (EXAMPLES / name).read_text("utf-8"))
        assert rules, name
        assert all("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule for rule in rules), (
            name
        )
    azure = {
        one["stage"]: one for one in yaml.safe_load((EXAMPLES / "azure-pipelines.yml").read_text("utf-8"))["stages"]
    }
    assert "refs/heads/main" in azure["deploy"]["condition"]
    assert [azure[name]["jobs"][0]["variables"] for name in azure] == [
        [{"group": "aws-plan"}],
        [{"group": "aws-deploy"}],
    ]
    jenkins = (EXAMPLES / "Jenkinsfile").read_text("utf-8")
    assert jenkins.index("aws-plan'") < jenkins.index("lambda-ci plan'") < jenkins.index("aws-deploy'")


def test_the_script_hands_the_folder_and_the_variables_to_the_container(tmp_path: Path) -> None:
    """With a stand-in for Docker that tells what it was asked."""
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    environ = {
        "PATH": f"{docker.parent}:/usr/bin:/bin",
        "LAMBDA_CI_IMAGE": "index.example/lambda-ci:1",
        "GITLAB_CI": "true",
        "CHANGE_URL": "https://github.com/octo/shop/pull/7",
        "GITHUB_TOKEN": "a secret of GitHub",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "UV_INDEX_PRIVATE_PASSWORD": "a secret of the index",
        "https_proxy": "http://proxy.example",
        "NPM_TOKEN": "another secret",
    }
    command = ["bash", str(EXAMPLES / "lambda-ci.sh"), "deploy", "--function", "a b"]
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    told = ran.stdout.splitlines()
    assert told[:6] == ["run", "--rm", "--volume", f"{tmp_path}:{tmp_path}", "--workdir", str(tmp_path)]
    assert told[-4:] == ["index.example/lambda-ci:1", "deploy", "--function", "a b"]
    assert {told[at + 1] for at, word in enumerate(told) if word == "--env"} == {
        "LAMBDA_CI_IMAGE",
        "GITLAB_CI",
        "CHANGE_URL",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "UV_INDEX_PRIVATE_PASSWORD",
        "https_proxy",
    }
    assert "secret" not in ran.stdout


def test_the_script_asks_for_an_image(tmp_path: Path) -> None:
    command = ["bash", str(EXAMPLES / "lambda-ci.sh"), "check"]
    environ = {"PATH": "/usr/bin:/bin"}
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "LAMBDA_CI_IMAGE" in ran.stderr


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    run("shellcheck", "--severity=warning", EXAMPLES / "lambda-ci.sh", ROOT / ".ci/run")


def test_github_accepts_the_workflow_for_many_functions() -> None:
    validated("github-workflows", EXAMPLES / "github-many.yml")


def test_zizmor_finds_nothing_to_attack_in_the_workflow_for_many_functions(tmp_path: Path) -> None:
    """With a commit in the place that the user fills in."""
    workflow = tmp_path / ".github/workflows/many.yml"
    workflow.parent.mkdir(parents=True)
    text = (EXAMPLES / "github-many.yml").read_text("utf-8")
    workflow.write_text(text.replace("OWNER/lambda-ci@COMMIT", f"owner/lambda-ci@{'a' * 40} # v1.0.0"))
    run("zizmor", "--offline", "--no-progress", "--persona", "pedantic", workflow)


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
