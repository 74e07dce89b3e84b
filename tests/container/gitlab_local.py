"""gitlab-ci-local, which runs a pipeline of GitLab on this machine, each job in a container of its image."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docker import DockerClient

COMMAND = "gitlab-ci-local"
HELPER = "lambda-ci-test-helper:latest"
"""What copies artefacts out of the volume of a job: the programs of this machine that it calls."""
_PROGRAMS = ("bash", "rsync", "mkdir", "mktemp", "rm", "chmod", "cp", "chown", "ls")


def missing() -> str:
    """What this machine lacks to run it; empty where nothing."""
    return ", ".join(name for name in (COMMAND, "rsync", "docker", "git") if not shutil.which(name))


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What a run of a pipeline left. ``log`` has everything that it wrote."""

    exit_code: int
    log: str
    artefacts: Path
    """A folder for each job."""


def run(folder: Path, *variables: str, home: Path) -> Pipeline:
    """Run the pipeline of ``folder`` as after a push to main; ``variables`` are ``NAME=value``."""
    import os

    _commit(folder)
    given = [part for one in ("GITLAB_CI=true", *variables) for part in ("--variable", one)]
    options = ["--pull-policy", "if-not-present", "--helper-image", HELPER, "--network", "host"]
    command = [COMMAND, *options, *given]
    environ = {**os.environ, "HOME": str(home), "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=900)
    return Pipeline(
        exit_code=done.returncode, log=done.stdout + done.stderr, artefacts=folder / ".gitlab-ci-local/artifacts"
    )


def _commit(folder: Path) -> None:
    said: Mapping[str, str] = {"user.email": "a@example.org", "user.name": "a"}
    settings = [part for name, value in said.items() for part in ("-c", f"{name}={value}")]
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["remote", "add", "origin", "git@gitlab.example:team/shop.git"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "all"],
    ):
        subprocess.run(["git", *settings, *command], cwd=folder, check=True)


def make_helper(engine: DockerClient) -> None:
    """The default one is in a registry that tests do not reach."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", dereference=True) as archive:
        for folder in ("tmp", "usr"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            archive.addfile(entry)
        for library in sorted({one for name in _PROGRAMS for one in _libraries(name)}):
            archive.add(library, library)
        for name in _PROGRAMS:
            archive.add(_path(name), f"bin/{name}")
        archive.add(_path("bash"), "bin/sh")
    engine.api.import_image_from_data(
        content.getvalue(), repository=HELPER.partition(":")[0], tag=HELPER.rpartition(":")[2]
    )


def _path(name: str) -> str:
    return str(Path(shutil.which(name) or name).resolve())


def _libraries(name: str) -> set[str]:
    listed = subprocess.run(["ldd", _path(name)], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"(/\S+)", listed))
