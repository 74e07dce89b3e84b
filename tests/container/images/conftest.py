"""A project whose function is an image, a real registry, and the strict emulated AWS between them."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.docker import LABEL
from tests.container.images import registry
from tests.container.images.project import ImageProject
from tests.fakes.aws_server import CREDENTIALS, AwsServer
from tests.fakes.cli import Cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient

    from tests.fakes.aws_ecr import RealRegistry


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRegistry]:
    if not registry.is_there():
        pytest.skip(f"{registry.PROGRAM} is not installed (Debian's package of that name): NO REGISTRY WAS TESTED")
    with registry.running(tmp_path_factory.mktemp("registry")) as found:
        yield found


@pytest.fixture
def aws(real: RealRegistry) -> Iterator[AwsServer]:
    with AwsServer() as server:
        server.ecr.registry = real
        server.lambda_.handlers["orders"] = lambda event, _version: event
        yield server


@pytest.fixture
def project(
    tmp_path: Path, aws: AwsServer, real: RealRegistry, base: str, engine: DockerClient, request: pytest.FixtureRequest
) -> Iterator[ImageProject]:
    """With a repository of its own, and the proof that no container stays."""
    environ = {"HOME": str(tmp_path), "LAMBDA_CI_CACHE": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    environ |= {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": aws.region}
    environ |= {key: os.environ[key] for key in ("DOCKER_HOST",) if key in os.environ}
    name = f"team/{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]}"
    aws.ecr.repositories[name] = {}
    before = {str(one.id) for one in engine.containers.list(all=True, ignore_removed=True)}
    yield ImageProject(cli=Cli(tmp_path, environ), aws=aws, real=real, base=base, name=name)
    for image in engine.images.list():
        for tag in image.tags:
            if f"/{name}:" in tag:
                engine.images.remove(tag, force=True)
    containers = engine.containers.list(all=True, ignore_removed=True)
    left = [one for one in containers if str(one.id) not in before and LABEL not in one.labels]
    assert [one.attrs["Config"]["Image"] for one in left] == []
