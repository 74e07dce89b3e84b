"""The pipeline for GitLab, run by gitlab-ci-local against the embedded AWS: sections, artefacts, outputs of one job in the next.

It needs gitlab-ci-local (npm) with node 22, rsync and git on the PATH; `npm install node@22 gitlab-ci-local` brings both.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.local_aws,
    pytest.mark.skipif(
        not all(map(shutil.which, ("gitlab-ci-local", "rsync", "git"))),
        reason="gitlab-ci-local, rsync or git is missing",
    ),
]

ROOT = Path(__file__).parents[2]
COMMIT = ("-c", "user.email=a@example.com", "-c", "user.name=a", "commit", "-qm", "one")
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
COMPONENT = """\
stages: [check, deploy]
include:
  - local: templates/lambda-ci.yml
    inputs: {image: index.example/lambda-ci:1, command: check, stage: check}
  - local: templates/lambda-ci.yml
    inputs: {image: index.example/lambda-ci:1, region: eu-west-1}
"""


class Project:
    """A repository with the example ``hello``, and the embedded AWS beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hello"
        self.environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LAMBDA_CI_CACHE": str(folder / "cache"),
            "PYTHONPATH": str(ROOT),
        }
        shutil.copytree(ROOT / "examples/hello", self.folder)
        config = self.folder / "lambda-ci.yml"
        config.write_text(config.read_text("utf-8").replace("python3.13", RUNTIME), "utf-8")
        self.write(".gitignore", "dist\n.gitlab-ci-local\n")
        self.run("git", "init", "-q", "-b", "main")
        self.run("git", "remote", "add", "origin", "git@gitlab.example.com:team/hello.git")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, *command: str, code: int = 0) -> str:
        ran = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=300
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def pipeline(self, *, code: int = 0) -> str:
        """What its log says, without the colours."""
        self.run("git", "add", "-A")
        self.run("git", *COMMIT)
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "LAMBDA_CI_ROLE_TO_ASSUME": ""}
        given = {"GITLAB_CI": "true", "AWS_ENDPOINT_URL": self.endpoint, **keys}
        flags = [word for name, value in given.items() for word in ("--variable", f"{name}={value}")]
        command = ("gitlab-ci-local", "--force-shell-executor", "--ignore-predefined-vars", "GITLAB_CI", *flags)
        return self.run(*command, code=code)

    @property
    def endpoint(self) -> str:
        status = self.run("lambda-ci", "local", "status", "--json")
        return str(json.loads(status)["url"])


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    project.run("lambda-ci", "local", "start")
    yield project
    project.run("lambda-ci", "local", "stop")


def test_the_pipeline_deploys_and_hands_its_outputs_on(project: Project) -> None:
    project.write(".gitlab-ci.yml", (ROOT / "examples/ci/gitlab.yml").read_text("utf-8"))
    log = project.pipeline()
    assert "alias live runs version 1" in log
    assert "lambda_ci_1_lock_started" in log
    assert "version 1 of arn:aws:lambda:eu-west-1:000000000000:function:hello is live" in log
    assert json.loads((project.folder / "dist/gl-code-quality-report.json").read_text("utf-8")) == []
    assert "deploy" in (project.folder / "dist/lambda-ci.md").read_text("utf-8")


def test_a_failing_job_leaves_its_findings(project: Project) -> None:
    project.write(".gitlab-ci.yml", (ROOT / "examples/ci/gitlab.yml").read_text("utf-8"))
    config = project.folder / "lambda-ci.yml"
    config.write_text(config.read_text("utf-8").replace("timeout: 5", "timeoutt: 5"), "utf-8")
    project.pipeline(code=1)
    [finding] = json.loads((project.folder / "dist/gl-code-quality-report.json").read_text("utf-8"))
    assert finding["location"]["path"] == "lambda-ci.yml"


def test_the_component_checks_and_deploys(project: Project) -> None:
    project.write("templates/lambda-ci.yml", (ROOT / "templates/lambda-ci.yml").read_text("utf-8"))
    project.write(".gitlab-ci.yml", COMPONENT)
    log = project.pipeline()
    assert "1 function, no problems" in log
    assert "alias live runs version 1" in log
