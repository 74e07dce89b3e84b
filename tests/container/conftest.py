"""What the container tests share: an engine, the stand-in of AWS's image, lambda-ci's image on it, and a workspace."""

from __future__ import annotations

import gc
import os
import shutil
import warnings
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import pytest
from docker.errors import APIError, BuildError, DockerException

from tests.container import standin
from tests.container.builders import engine as engines
from tests.fakes.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).parent / "project"
OWNER = 1001
"""The user that GitHub's hosted runners check the repository out as."""
TAG = "lambda-ci-test"
REQUIRED = "TESTS_REQUIRE_DOCKER"
ADVICE = "start Docker or set DOCKER_HOST, or run `bash .ci/run`, which starts an engine of its own"


COMPILING = frozenset({"test_action_compiling.py", "test_compiling.py", "test_parallel.py", "test_stopping.py"})
"""They share images with a compiler, which take long to make, and take about half of the time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two groups for two workers (``--numprocesses 2 --dist loadgroup``). Tests count containers: workers must not share an engine."""
    apart = not engines.missing()
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.docker)
            item.add_marker(pytest.mark.xdist_group("compiling" if apart and item.path.name in COMPILING else "rest"))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerClient]:
    """The engine that DOCKER_HOST names; every worker but the first has one of its own, and DOCKER_HOST names that."""
    trouble = _trouble()
    if trouble and os.environ.get(REQUIRED):
        pytest.fail(f"no Docker engine answers: {trouble}")
    if trouble:
        pytest.skip(f"no Docker engine answers; {ADVICE}")
    with ExitStack() as stack:
        if os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0" and not engines.missing():
            own = stack.enter_context(engines.running(tmp_path_factory.mktemp("engine") / "own"))
            stack.enter_context(pytest.MonkeyPatch.context()).setenv("DOCKER_HOST", own.host)
        yield stack.enter_context(closing(docker.from_env(timeout=300)))


def _trouble() -> str:
    """Why no engine can be used; empty where one answers. docker leaves its socket open when it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            docker.from_env().close()
        except DockerException as error:
            return str(error)
        finally:
            gc.collect()
    return ""


@pytest.fixture(scope="session")
def base(engine: DockerClient) -> str:
    """The name of the stand-in of AWS's image."""
    return standin.build(engine, os.environ)


@pytest.fixture(scope="session")
def image(engine: DockerClient, base: str) -> str:
    """The id of lambda-ci's image, built from the repository as it is. It stays, for its layers; the one before it goes."""
    before = {str(old.id) for old in engine.images.list(name=TAG)}
    try:
        built, _ = engine.images.build(
            path=str(ROOT), tag=TAG, buildargs={"BASE": base}, network_mode="host", rm=True, forcerm=True
        )
    except BuildError as error:
        log = "".join(str(line.get("stream", "")) for line in error.build_log)
        pytest.fail(f"{error}\n{log}")
    for old in before - {str(built.id)}:
        with suppress(APIError):
            engine.images.remove(old)
    return str(built.id)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checked-out repository, which belongs to the runner's user and not to root."""
    folder = tmp_path / "workspace"
    shutil.copytree(PROJECT, folder)
    _give(folder)
    return folder


@pytest.fixture
def runner(engine: DockerClient, workspace: Path, tmp_path: Path) -> Runner:
    """GitHub's runner, with the host's network: the package index and this test's own servers can be reached."""
    temp = tmp_path / "_temp"
    temp.mkdir()
    place = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    socket = place.removeprefix("unix://") if place.startswith("unix://") else ""
    return Runner(engine=engine, workspace=workspace, temp=temp, network="host", socket=socket)


def _give(folder: Path) -> None:
    """Only root can give files away; another user's files are his own already."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, OWNER, OWNER)
