"""GitHub's runner, as far as a container action can tell: environment, mounts, file commands, log commands, cancelling.

Source: actions/runner, ``ContainerActionHandler``, ``DockerCommandManager``, ``FileCommandManager``, ``ActionCommand``.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container

SUMMARY_LIMIT = 1024 * 1024
ANNOTATIONS = frozenset({"error", "warning", "notice"})
FILE_COMMANDS = {
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_ENV": "set_env",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}
CONTEXT = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTION": "__self",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_EVENT_PATH": "/github/workflow/event.json",
    "GITHUB_JOB": "deploy",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
    "GITHUB_REPOSITORY": "octocat/shop",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_RUN_ID": "1",
    "GITHUB_RUN_NUMBER": "1",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_SHA": "0" * 40,
    "GITHUB_WORKSPACE": "/github/workspace",
    "HOME": "/github/home",
    "RUNNER_ARCH": "X64",
    "RUNNER_ENVIRONMENT": "github-hosted",
    "RUNNER_OS": "Linux",
    "RUNNER_TEMP": "/github/runner_temp",
}


class InvalidFileCommand(Exception):
    """The runner fails a step whose file commands it cannot read."""


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One ``::error file=a.py,line=1::message`` of the log."""

    level: str
    message: str
    properties: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a step left behind."""

    exit_code: int
    log: str
    outputs: Mapping[str, str]
    environment: Mapping[str, str]
    summary: str
    annotations: tuple[Annotation, ...]
    warnings: tuple[str, ...]
    """What the runner itself warned of."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs the steps of one job in containers. ``temp`` is the runner's own folder, ``workspace`` the checked-out repository."""

    engine: DockerClient
    workspace: Path
    temp: Path
    network: str
    """The job's network, as the engine names it."""
    socket: str = ""
    """The engine's socket on the host, which every container action gets; empty where the engine has none."""
    old: bool = False
    """Whether it is a runner of before September 2025, without the mount for temporary files."""
    token: str = ""
    """The job's, which the action takes by default."""
    event: Mapping[str, object] = field(default_factory=lambda: {"ref": CONTEXT["GITHUB_REF"]})

    def run(self, action: Path, *, image: str, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> Step:
        """Run a step ``uses: ACTION`` to its end. ``env`` is the job's and the step's; ``image`` the one built for the action."""
        with self.start(action, image=image, inputs=inputs, env=env or {}) as running:
            return running.finish()

    @contextmanager
    def start(
        self, action: Path, *, image: str, inputs: Mapping[str, str], env: Mapping[str, str]
    ) -> Iterator[Running]:
        """Start a step and hand it out; the container is gone afterwards."""
        definition = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        defaults = {name: str((entry or {}).get("default") or "") for name, entry in definition["inputs"].items()}
        declared = {name: text.replace("${{ github.token }}", self.token) for name, text in defaults.items()}
        files = self._files()
        container = self.engine.containers.run(
            image,
            detach=True,
            environment={**self._context(), **env, **_variables({**declared, **inputs}), **_places(files)},
            volumes=self._volumes(),
            working_dir="/github/workspace",
            network_mode=self.network,
        )
        try:
            yield Running(container=container, files=files, warnings=_unexpected(declared, inputs))
        finally:
            container.remove(force=True)

    def _files(self) -> dict[str, Path]:
        owner = self.workspace.stat()
        for name in ("_github_home", "_github_workflow", "_runner_file_commands"):
            (self.temp / name).mkdir(parents=True, exist_ok=True)
            os.chown(self.temp / name, owner.st_uid, owner.st_gid)
        (self.temp / "_github_workflow/event.json").write_text(json.dumps(self.event), encoding="utf-8")
        files = {
            name: self.temp / "_runner_file_commands" / f"{kind}_{uuid.uuid4()}" for name, kind in FILE_COMMANDS.items()
        }
        for path in files.values():
            path.touch()
        return files

    def _context(self) -> dict[str, str]:
        """An old runner names a folder that is not in the container."""
        return {**CONTEXT, "RUNNER_TEMP": str(self.temp)} if self.old else CONTEXT

    def _volumes(self) -> list[str]:
        return [
            *([f"{self.socket}:/var/run/docker.sock"] if self.socket else []),
            *([] if self.old else [f"{self.temp}:/github/runner_temp"]),
            f"{self.temp}/_github_home:/github/home",
            f"{self.temp}/_github_workflow:/github/workflow",
            f"{self.temp}/_runner_file_commands:/github/file_commands",
            f"{self.workspace}:/github/workspace",
        ]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A step while it runs."""

    container: Container
    files: Mapping[str, Path] = field(repr=False)
    warnings: tuple[str, ...]

    def signal(self, name: str) -> None:
        """What cancelling a job sends: SIGINT, SIGTERM 7.5 s later, and then the container is killed."""
        self.container.kill(name)

    def finish(self, timeout: float = 300) -> Step:
        """Wait for the end, then read what the step wrote, as the runner does after failures too."""
        exit_code = self.container.wait(timeout=timeout)["StatusCode"]
        log = self.container.logs().decode()
        summary = self.files["GITHUB_STEP_SUMMARY"].read_bytes()
        if len(summary) > SUMMARY_LIMIT:
            raise InvalidFileCommand(
                f"$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got {len(summary)}"
            )
        return Step(
            exit_code=exit_code,
            log=log,
            outputs=assignments(self.files["GITHUB_OUTPUT"].read_text(encoding="utf-8")),
            environment=assignments(self.files["GITHUB_ENV"].read_text(encoding="utf-8")),
            summary=summary.decode(),
            annotations=tuple(annotated(log)),
            warnings=self.warnings,
        )


def assignments(text: str) -> dict[str, str]:
    """Read a file of ``NAME=VALUE`` and ``NAME<<DELIMITER`` entries. Raises InvalidFileCommand where the runner fails the step."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, mark, rest = _split(line)
        if not name or (mark == "<<" and not rest):
            raise InvalidFileCommand(f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty")
        found[name] = rest if mark == "=" else "\n".join(_until(rest, lines))
    return found


def annotated(log: str) -> Iterator[Annotation]:
    """The annotations of a log. Nothing is a command between ``::stop-commands::TOKEN`` and ``::TOKEN::``."""
    resume: str | None = None
    for line in log.splitlines():
        command = re.match(r"\s*::(?P<name>[\w-]+)(?: (?P<properties>[^:]*(?::(?!:)[^:]*)*))?::(?P<data>.*)", line)
        if not command:
            continue
        name = command["name"]
        if resume:
            resume = None if name == resume else resume
        elif name == "stop-commands":
            resume = command["data"]
        elif name in ANNOTATIONS:
            yield Annotation(
                level=name, message=_unescape(command["data"]), properties=_properties(command["properties"] or "")
            )


def _variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """Dashes stay, and an input that was not given is there, empty."""
    return {f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in inputs.items()}


def _places(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: f"/github/file_commands/{path.name}" for name, path in files.items()}


def _unexpected(declared: Mapping[str, str], inputs: Mapping[str, str]) -> tuple[str, ...]:
    valid = ["entryPoint", "args", *declared]
    return tuple(f"Unexpected input(s) '{name}', valid inputs are {valid}" for name in inputs if name not in declared)


def _split(line: str) -> tuple[str, str, str]:
    """What comes first decides: ``=`` or ``<<``."""
    mark = min(("=", "<<"), key=lambda mark: line.find(mark) if mark in line else len(line))
    if mark not in line:
        raise InvalidFileCommand(f"Invalid format '{line}'")
    return line.partition(mark)


def _until(delimiter: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise InvalidFileCommand(f"Invalid value. Matching delimiter not found '{delimiter}'")


def _properties(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {name.strip(): _unescape(value.replace("%3A", ":").replace("%2C", ",")) for name, _, value in pairs}


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
