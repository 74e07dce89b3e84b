"""A registry that is not ECR, with the logins of `docker login`: for the base and for the image."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.container.images.invoking import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

    from tests.container.images.project import ImageProject

ROOT = Path(__file__).parents[3]


@pytest.fixture
def published(project: ImageProject, engine: DockerClient) -> Iterator[str]:
    """The base under a tag in the registry; the engine forgets that name."""
    repository = f"{project.real.address}/{project.name}-base"
    image = engine.images.get(project.base)
    image.tag(repository, "1")
    auth = {"username": project.real.username, "password": project.real.password}
    pushed = engine.api.push(repository, tag="1", auth_config=auth)
    assert "digest: sha256:" in str(pushed)
    engine.images.remove(f"{repository}:1")
    yield f"{repository}:1"
    for digest in engine.images.get(project.base).attrs["RepoDigests"]:
        if digest.startswith(repository):
            engine.images.remove(digest)


def _logged_in(project: ImageProject) -> None:
    word = base64.b64encode(f"{project.real.username}:{project.real.password}".encode()).decode()
    project.cli.write(".docker/config.json", json.dumps({"auths": {project.real.address: {"auth": word}}}))


def _run(project: ImageProject, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, because docker reads its logins from the home of the process."""
    environ = {**os.environ, **project.cli.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lambda_ci", *arguments]
    return subprocess.run(
        command, cwd=project.cli.folder, env=environ, capture_output=True, text=True, check=False, timeout=600
    )


def test_base_and_image_are_in_the_same_registry(project: ImageProject, published: str, engine: DockerClient) -> None:
    _logged_in(project)
    project.generated(repository=f"{project.real.address}/{project.name}", base=published)
    ran = _run(project, "deploy")
    assert ran.returncode == 0, ran.stderr
    stored = project.real.image(f"{project.name}-base", "1")
    assert stored is not None
    assert f"{published} is {stored.digest}" in ran.stderr
    assert answers(engine, project.image, project.real, [{"question": 4}]) == [{"answer": 8}]
    assert not {"GetAuthorizationToken", "DescribeRepositories", "BatchGetImage"} & set(project.aws.operations)
    planned = _run(project, "plan", "--json")
    assert json.loads(planned.stdout)["changed"] is False


def test_a_dockerfile_is_built_on_what_the_registry_has_now(project: ImageProject, published: str) -> None:
    _logged_in(project)
    project.dockerfile("COPY app.py /var/task/", 'CMD ["app.handler"]', begin=f"FROM {published}")
    assert _run(project, "deploy").returncode == 0
    planned = _run(project, "plan", "--json")
    assert json.loads(planned.stdout)["changed"] is False


def test_without_a_login_the_base_is_refused_with_advice(project: ImageProject, published: str) -> None:
    project.generated(base=published)
    ran = _run(project, "deploy", "--json")
    failure = json.loads(ran.stdout)["functions"]["orders"]["failure"]
    assert ran.returncode == 3
    assert failure["what"] == f"the registry refuses {published}"
    assert "docker login" in failure["fix"]
