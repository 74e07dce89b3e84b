"""Images that a registry has: pulled by tag or digest, with the user's login, and what is said where that fails."""

from __future__ import annotations

import base64
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from docker.errors import APIError

from lambda_ci.errors import BuildError
from tests.container.builders import registry
from tests.container.builders.command import Command
from tests.fakes.sources import files, sdist

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient

    from lambda_ci.wheels.builders.source import Job
    from tests.container.builders.registry import Registry
    from tests.fakes.workshop import WorkshopBench

REPOSITORY = "lambda/python"
TAG = "latest-of-all"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all registries share."""
    if why := registry.missing():
        pytest.skip(f"no registry: {why}")
    if not os.environ.get("DOCKER_HOST", "unix://").startswith("unix://"):
        pytest.skip("the engine is on another machine, and cannot reach a registry on this one")
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def digest(shelf: Path, engine: DockerClient, base: str) -> str:
    """That of the image that is on the shelf."""
    with registry.serving(shelf) as opened:
        return opened.push(engine, base, REPOSITORY, tag=TAG)


@pytest.fixture
def opened(shelf: Path, engine: DockerClient, digest: str) -> Iterator[Registry]:  # noqa: ARG001 - the shelf is filled
    with registry.serving(shelf) as found:
        yield found
        _forget(engine, found)


@pytest.fixture
def protected(shelf: Path, engine: DockerClient, digest: str) -> Iterator[Registry]:  # noqa: ARG001 - the shelf is filled
    with registry.serving(shelf, protected=True) as found:
        yield found
        _forget(engine, found)


def _forget(engine: DockerClient, found: Registry) -> None:
    for image in engine.images.list():
        for name in [*image.tags, *image.attrs.get("RepoDigests", ())]:
            if name.startswith(found.address):
                with suppress(APIError):
                    engine.images.remove(name)


def _job(bench: WorkshopBench, image: str) -> Job:
    return bench.job(bench.archive("demo", sdist("demo")), backend="container", image=image)


def test_an_image_is_pulled_by_its_tag_and_noted_by_its_digest(
    bench: WorkshopBench, opened: Registry, digest: str
) -> None:
    name = f"{opened.address}/{REPOSITORY}:{TAG}"
    bench.build(_job(bench, name))
    assert f"pulling {name} for x86_64" in bench.shown
    assert f"{name} is {digest}" in bench.shown
    notes = [json.loads(path.read_text()) for path in (bench.folder / "cache/wheels/built").iterdir()]
    assert [note["digest"] for note in notes if "digest" in note] == [digest]


def test_what_was_built_before_is_found_without_a_pull(
    bench: WorkshopBench, engine: DockerClient, opened: Registry
) -> None:
    job = _job(bench, f"{opened.address}/{REPOSITORY}:{TAG}")
    wheels = bench.build(job)
    _forget(engine, opened)
    assert bench.build(job) == wheels
    assert bench.shown == ""


def test_an_image_is_pinned_by_its_digest(bench: WorkshopBench, opened: Registry, digest: str) -> None:
    name = f"{opened.address}/{REPOSITORY}@{digest}"
    wheels = bench.build(_job(bench, name))
    assert f"{name} is {digest}" in bench.shown
    opened.end()
    assert bench.build(_job(bench, name)) == wheels


def test_a_digest_that_the_registry_has_not(bench: WorkshopBench, opened: Registry) -> None:
    name = f"{opened.address}/{REPOSITORY}@sha256:{64 * '0'}"
    with pytest.raises(BuildError) as caught:
        bench.build(_job(bench, name))
    assert caught.value.what == f"there is no image {name}"


@pytest.mark.parametrize("missing", [f"{REPOSITORY}:missing", "nobody:latest"], ids=["tag", "repository"])
def test_an_image_that_the_registry_has_not(bench: WorkshopBench, opened: Registry, missing: str) -> None:
    name = f"{opened.address}/{missing}"
    with pytest.raises(BuildError) as caught:
        bench.build(_job(bench, name))
    assert caught.value.what == f"there is no image {name}"
    assert "correct build.image" in caught.value.fix


def test_a_registry_that_is_gone(bench: WorkshopBench, opened: Registry) -> None:
    name = f"{opened.address}/{REPOSITORY}:{TAG}"
    opened.end()
    with pytest.raises(BuildError) as caught:
        bench.build(_job(bench, name))
    assert caught.value.what == f"the Docker engine cannot reach the registry of {name}"
    assert "connection refused" in caught.value.why


def test_a_registry_that_wants_a_password(bench: WorkshopBench, protected: Registry) -> None:
    name = f"{protected.address}/{REPOSITORY}:{TAG}"
    with pytest.raises(BuildError) as caught:
        bench.build(_job(bench, name))
    assert caught.value.what == f"the registry does not give {name} away"
    assert "docker login" in caught.value.fix


@pytest.mark.parametrize("password", [registry.PASSWORD, "wrong"])
def test_the_users_login_is_honoured(
    bench: WorkshopBench, engine: DockerClient, protected: Registry, digest: str, password: str
) -> None:
    name = f"{protected.address}/{REPOSITORY}:{TAG}"
    login = base64.b64encode(f"{registry.USER}:{password}".encode()).decode()
    settings = {"auths": {protected.address: {"auth": login}}}
    (bench.folder / "home").mkdir()
    (bench.folder / "home/config.json").write_text(json.dumps(settings))
    environ = {"DOCKER_CONFIG": str(bench.folder / "home")}
    command = Command(folder=bench.folder, engine=engine, image=name, environ=environ)
    command.write(files("local"))
    done = command.run()
    assert password not in done.stderr
    assert login not in done.stderr
    if password == registry.PASSWORD:
        assert done.returncode == 0, done.stderr
        assert f"{name} is {digest}" in done.stderr
    else:
        assert done.returncode == 3, done.stderr
        assert f"the registry does not give {name} away" in done.stderr
