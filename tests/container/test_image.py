"""The image: what is in it, what is not, and how it starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import lambda_ci

if TYPE_CHECKING:
    from docker import DockerClient

PYTHON = "/opt/lambda-ci/venv/bin/python"


def _printed(engine: DockerClient, image: str, *command: str) -> str:
    """What a command prints in the image, in place of lambda-ci; there is no network."""
    return engine.containers.run(image, entrypoint=list(command), network_mode="none", remove=True).decode().strip()


def test_the_image_starts_lambda_ci(engine: DockerClient, image: str) -> None:
    printed = engine.containers.run(image, ["--version"], network_mode="none", remove=True).decode()
    assert printed == f"lambda-ci {lambda_ci.__version__}\n"


def test_without_arguments_and_inputs_it_shows_its_help(engine: DockerClient, image: str) -> None:
    assert "deploy" in engine.containers.run(image, network_mode="none", remove=True).decode()


def test_it_is_on_the_path_for_ci_systems_that_replace_the_entry_point_by_a_shell(
    engine: DockerClient, image: str
) -> None:
    assert _printed(engine, image, "bash", "-c", "lambda-ci --version") == f"lambda-ci {lambda_ci.__version__}"


def test_it_runs_with_the_locked_versions_and_not_with_those_of_aws(
    engine: DockerClient, image: str, base: str
) -> None:
    shown = "import boto3; print(boto3.__version__, boto3.__file__)"
    ours, place = _printed(engine, image, PYTHON, "-I", "-c", shown).split()
    theirs, _ = _printed(engine, base, "/var/lang/bin/python3", "-c", shown).split()
    assert place.startswith("/opt/lambda-ci/")
    assert ours != theirs


def test_the_runtime_of_the_functions_is_left_as_aws_made_it(engine: DockerClient, image: str, base: str) -> None:
    listed = ["/var/lang/bin/python3", "-c", "import pathlib; print(sorted(map(str, pathlib.Path('/var').rglob('*'))))"]
    assert _printed(engine, image, *listed) == _printed(engine, base, *listed)


@pytest.mark.parametrize("shadow", ["json.py", "argparse.py", "lambda_ci.py", "yaml.py"])
def test_modules_of_the_workspace_and_pythonpath_do_not_get_in_the_way(
    engine: DockerClient, image: str, shadow: str
) -> None:
    spoil = f"echo 'raise SystemExit(99)' > /tmp/{shadow}; cd /tmp; PYTHONPATH=/tmp exec lambda-ci --version"
    assert _printed(engine, image, "bash", "-c", spoil) == f"lambda-ci {lambda_ci.__version__}"


def test_the_entry_point_gets_the_signals_itself_and_runs_as_root(engine: DockerClient, image: str) -> None:
    config = engine.images.get(image).attrs["Config"]
    assert config["Entrypoint"] == [PYTHON, "-I", "/opt/lambda-ci/entrypoint.py"]
    assert config["User"] == "root"


def test_every_module_is_compiled_once_and_for_all(engine: DockerClient, image: str) -> None:
    count = (
        "import pathlib; found = [p for p in pathlib.Path('/opt/lambda-ci').rglob('*.py') if p.name != 'entrypoint.py']; "
        "print(len(found), sum(1 for p in found if not list((p.parent / '__pycache__').glob(p.stem + '.*.pyc'))))"
    )
    modules, uncompiled = map(int, _printed(engine, image, PYTHON, "-I", "-c", count).split())
    assert modules > 1000
    assert uncompiled == 0


def test_it_holds_the_program_and_none_of_the_repository_around_it(engine: DockerClient, image: str) -> None:
    assert set(_printed(engine, image, "ls", "/opt/lambda-ci").split()) == {
        "entrypoint.py",
        "requirements.txt",
        "src",
        "venv",
    }
    assert _printed(engine, image, "ls", "-A", "/workspace") == ""


def test_nothing_of_the_machine_that_built_it_is_written_into_its_layers(
    engine: DockerClient, image: str, base: str
) -> None:
    added = len(engine.images.get(image).history()) - len(engine.images.get(base).history())
    layers = json.dumps(engine.images.get(image).history()[:added])
    assert "index" not in layers.lower()
    assert "://" not in layers


def test_the_labels_say_what_it_is(engine: DockerClient, image: str) -> None:
    labels = engine.images.get(image).labels
    assert labels["org.opencontainers.image.title"] == "lambda-ci"
    assert labels["org.opencontainers.image.licenses"] == "MIT"
