"""The image as a pipe of Bitbucket: the command that a step runs for ``pipe: docker://…``, with the mounts and variables of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.aws_server import AwsServer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from docker import DockerClient

CLONE = "/opt/atlassian/pipelines/agent/build"
PIPES = f"{CLONE}/.bitbucket/pipelines/generated/pipeline/pipes"
ROLE = "arn:aws:iam::123456789012:role/deploy"
STEP = {
    "CI": "true",
    "BITBUCKET_BUILD_NUMBER": "12",
    "BITBUCKET_BRANCH": "main",
    "BITBUCKET_CLONE_DIR": CLONE,
    "BITBUCKET_COMMIT": "0" * 40,
    "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/team/shop",
    "BITBUCKET_REPO_FULL_NAME": "team/shop",
    "BITBUCKET_STEP_UUID": "{4b0b4ab4-7c5b-4f0e-8a8b-3a7d8a9c0d1e}",
    "BITBUCKET_PIPE_SHARED_STORAGE_DIR": PIPES,
    "BITBUCKET_PIPE_STORAGE_DIR": f"{PIPES}/team/lambda-ci",
    "BITBUCKET_PIPELINES_VARIABLES_PATH": "/opt/atlassian/pipelines/agent/tmp/pipeline-variables.env",
    "DOCKER_HOST": "tcp://host.docker.internal:2375",
    "PIPELINES_JWT_TOKEN": "signed",
}
"""What Bitbucket hands to every pipe (seen in logs of steps, which show the command)."""


def _run(engine: DockerClient, image: str, workspace: Path, variables: Mapping[str, str]) -> tuple[int, str]:
    container = engine.containers.run(
        image,
        detach=True,
        environment={**STEP, **variables},
        volumes=[f"{workspace}:{CLONE}"],
        working_dir=CLONE,
        network_mode="host",
        labels={"org.bitbucket.pipelines.system": "true"},
    )
    try:
        exit_code: int = container.wait(timeout=300)["StatusCode"]
        return exit_code, container.logs().decode()
    finally:
        container.remove(force=True)


@pytest.mark.network
def test_a_pipe_deploys_with_the_identity_token_of_its_step(engine: DockerClient, image: str, workspace: Path) -> None:
    """What Bitbucket and other pipes leave in the checkout is no part of the package."""
    left = workspace / ".bitbucket/pipelines/generated/pipeline/pipes/team/vault/secrets.env"
    left.parent.mkdir(parents=True)
    left.write_text("KEY=secret\n")
    (workspace / "lambda-ci.yml").write_text(
        (workspace / "lambda-ci.yml").read_text().replace("source: src", "source: .")
    )
    with AwsServer() as aws:
        aws.sts.tokens.add("who-this-step-is")
        aws.lambda_.handlers["hello"] = lambda _event, _version: {"greeting": "hello xn--bcher-kva"}
        variables = {
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_DEFAULT_REGION": aws.region,
            "BITBUCKET_STEP_OIDC_TOKEN": "who-this-step-is",
            "AWS_OIDC_ROLE_ARN": ROLE,
            "HANDLER": "src/app.handler",
            "FUNCTION_COUNT": "1",
            "FUNCTION_0": "hello",
            "BUILD_IMPORT_CHECK": "never",
        }
        code, log = _run(engine, image, workspace, variables)
        assert code == 0, log
        assert aws.functions["hello"].aliases["live"]["FunctionVersion"] == "1"
    assert "who-this-step-is" not in log
    assert "no such input" not in log, "what the image sets is no slip in the name of a variable"
    assert "LAMBDA_VERSION=1\n" in (workspace / "dist/lambda-ci.env").read_text()
    from zipfile import ZipFile

    with ZipFile(workspace / "dist/hello.zip") as package:
        assert not [name for name in package.namelist() if name.startswith(".")]


def test_a_wrong_variable_fails_the_step(engine: DockerClient, image: str, workspace: Path) -> None:
    code, log = _run(engine, image, workspace, {"COMMAND": "chekc"})
    assert code == 2, log
    assert "input command" in log
    assert "Traceback" not in log
