"""The pipelines for GitLab, run by gitlab-ci-local: jobs in lambda-ci's image against an AWS, and what later jobs get of them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.container import gitlab_local
from tests.container.conftest import PROJECT, TAG
from tests.fakes.aws_server import AwsServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

ROOT = Path(__file__).parents[2]
TOKEN = "who-this-job-is"
pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(
        bool(gitlab_local.missing()),
        reason=f"not here: {gitlab_local.missing()}; `npm install --global node@22 gitlab-ci-local`",
    ),
]


@pytest.fixture(scope="module", autouse=True)
def _helper(engine: DockerClient, image: str) -> None:  # noqa: ARG001 - the jobs name the image by its tag
    gitlab_local.make_helper(engine)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone of one's own."""
    return shutil.copytree(PROJECT, tmp_path / "project")


@pytest.fixture
def aws() -> Iterator[AwsServer]:
    with AwsServer() as aws:
        aws.sts.tokens.add(TOKEN)
        aws.lambda_.handlers["hello"] = lambda _event, _version: {"greeting": "hello xn--bcher-kva"}
        yield aws


def _run(project: Path, aws: AwsServer) -> gitlab_local.Pipeline:
    given = (f"LAMBDA_CI_IMAGE={TAG}:latest", f"GITLAB_OIDC_TOKEN={TOKEN}", f"AWS_ENDPOINT_URL={aws.url}")
    ran = gitlab_local.run(project, *given, home=project.parent)
    assert ran.exit_code == 0, ran.log
    return ran


def test_the_example_deploys_and_the_job_after_it_has_the_outputs(project: Path, aws: AwsServer) -> None:
    shutil.copy(ROOT / "examples/ci/gitlab.yml", project / ".gitlab-ci.yml")
    ran = _run(project, aws)
    assert "version 1 of arn:aws:lambda:eu-west-1:123456789012:function:hello is live" in ran.log
    assert aws.functions["hello"].aliases["live"]["FunctionVersion"] == "1"
    kept = ran.artefacts / "deploy/dist"
    assert json.loads((kept / "gl-code-quality-report.json").read_text()) == []
    assert "✅ deploy" in (kept / "lambda-ci.md").read_text("utf-8")
    assert TOKEN not in ran.log


def test_the_component_can_be_included_twice_with_one_command(project: Path, aws: AwsServer) -> None:
    (project / "templates").mkdir()
    shutil.copy(ROOT / "templates/lambda-ci.yml", project / "templates")
    role = "arn:aws:iam::123456789012:role/deploy"
    common = {"image": f"{TAG}:latest", "region": "eu-west-1", "role-to-assume": role, "command": "plan"}
    always = [{"if": "$CI_COMMIT_BRANCH"}]
    included = [
        {"local": "templates/lambda-ci.yml", "inputs": {**common, "job-suffix": suffix, "rules": always}}
        for suffix in (" a", " b")
    ]
    (project / ".gitlab-ci.yml").write_text(json.dumps({"stages": ["deploy"], "include": included}))
    ran = _run(project, aws)
    finished = re.findall("^(lambda-ci plan [ab]) +finished in", ran.log, re.MULTILINE)
    assert sorted(finished) == ["lambda-ci plan a", "lambda-ci plan b"]
    assert aws.functions == {}
