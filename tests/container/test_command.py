"""The image as a command: ``docker run -v "$PWD:/workspace" IMAGE check``, as other CI systems use it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from docker import DockerClient


@dataclass(frozen=True, kw_only=True)
class Printed:
    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Command:
    engine: DockerClient
    image: str
    workspace: Path

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Printed:
        container = self.engine.containers.run(
            self.image,
            list(arguments),
            detach=True,
            environment=dict(env or {}),
            volumes=[f"{self.workspace}:/workspace"],
            network_mode="host",
        )
        try:
            exit_code = container.wait(timeout=300)["StatusCode"]
            return Printed(
                exit_code=exit_code,
                stdout=container.logs(stdout=True, stderr=False).decode(),
                stderr=container.logs(stdout=False, stderr=True).decode(),
            )
        finally:
            container.remove(force=True)


@pytest.fixture
def command(engine: DockerClient, image: str, workspace: Path) -> Command:
    return Command(engine=engine, image=image, workspace=workspace)


def test_check_accepts_a_good_project(command: Command) -> None:
    printed = command.run("check")
    assert printed.exit_code == 0, printed


@pytest.mark.network
def test_build_writes_the_package_into_the_workspace_and_one_document_to_standard_output(command: Command) -> None:
    printed = command.run("build", "--json")
    assert printed.exit_code == 0, printed
    built = json.loads(printed.stdout)["functions"]["hello"]
    archive = command.workspace / "dist/hello.zip"
    assert archive.stat().st_size == built["size"]


@pytest.mark.network
def test_what_build_writes_belongs_to_the_owner_of_the_workspace(command: Command) -> None:
    assert command.run("build").exit_code == 0
    owner = command.workspace.stat()
    written = [command.workspace / "dist", command.workspace / "dist/hello.zip"]
    assert [(path.stat().st_uid, path.stat().st_gid) for path in written] == [(owner.st_uid, owner.st_gid)] * 2


@pytest.mark.network
def test_the_same_project_gives_the_same_bytes_in_every_container(command: Command) -> None:
    first, second = (command.run("build", "--json", "--output-dir", name) for name in ("one", "two"))
    assert (first.exit_code, second.exit_code) == (0, 0), (first, second)
    assert (command.workspace / "one/hello.zip").read_bytes() == (command.workspace / "two/hello.zip").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--memory-size", "lots"), "memory-size"),
        (("check", "--config", "missing.yml"), "missing.yml"),
        (("check", "--function", "helo"), "hello"),
        (("chekc",), "check"),
        (("check", "--nonsense"), "--nonsense"),
    ],
)
def test_wrong_input_ends_with_2_and_says_what_is_wrong(
    command: Command, arguments: tuple[str, ...], said: str
) -> None:
    printed = command.run(*arguments)
    assert printed.exit_code == 2, printed
    assert said in printed.stdout + printed.stderr
    assert "Traceback" not in printed.stderr


def test_an_empty_folder_is_told_what_it_lacks(engine: DockerClient, image: str, tmp_path: Path) -> None:
    printed = Command(engine=engine, image=image, workspace=tmp_path).run("check")
    assert printed.exit_code == 2, printed
    assert "lambda-ci.yml" in printed.stderr
    assert "Traceback" not in printed.stderr
