"""Functions as jobs of a CI system: the matrix of a GitHub workflow, and a child pipeline of GitLab."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.target import Architecture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.settings import Function

MOST_JOBS = 256
"""Of one matrix on GitHub (docs.github.com, usage limits); a pipeline of GitLab is kept to it as well."""
TEMPLATE = ".gitlab/lambda-ci.yml"
"""Where a project keeps the job that those of the child pipeline extend."""
_RUNNERS = {Architecture.X86_64: "ubuntu-latest", Architecture.ARM64: "ubuntu-24.04-arm"}


@dataclass(frozen=True, kw_only=True)
class Job:
    """Functions of one runtime (empty for container images) and architecture that one job works on, in the file's order."""

    functions: tuple[str, ...]
    runtime: str
    architecture: Architecture

    @property
    def title(self) -> str:
        more = len(self.functions) - 1
        return self.functions[0] + (f" and {more} more" if more else "")


def jobs(functions: Sequence[Function], *, most: int = MOST_JOBS) -> list[Job]:
    """One for each function, or where these are too many, for as few together as need be."""
    kinds: dict[tuple[str, Architecture], list[str]] = {}
    for function in functions:
        kinds.setdefault((function.spec.runtime or "", function.spec.architecture), []).append(function.name)
    size = 1
    while sum(-(-len(names) // size) for names in kinds.values()) > max(most, len(kinds)):
        size += 1
    return [
        Job(functions=tuple(names[start : start + size]), runtime=runtime, architecture=architecture)
        for (runtime, architecture), names in kinds.items()
        for start in range(0, len(names), size)
    ]


def github(functions: Sequence[Function]) -> str:
    """JSON for ``strategy.matrix``. GitHub refuses an empty one: the job needs a condition on the output ``any``."""
    return json.dumps({"include": [_entry(job) for job in jobs(functions)]}, separators=(",", ":"))


def _entry(job: Job) -> dict[str, str]:
    return {
        "name": job.title,
        "function": ",".join(job.functions),
        "runtime": job.runtime,
        "architecture": job.architecture.value,
        "runs-on": _RUNNERS[job.architecture],
    }


def gitlab(functions: Sequence[Function]) -> str:
    """YAML of a child pipeline; GitLab refuses an empty one, so that a job stands there that does nothing."""
    import yaml

    if not functions:
        pipeline: dict[str, object] = {
            "lambda-ci: nothing to do": {"variables": {"GIT_STRATEGY": "none"}, "script": ["true"]}
        }
    else:
        pipeline = {
            "include": [{"local": TEMPLATE}],
            **{f"lambda-ci: {job.title}": _job(job) for job in jobs(functions)},
        }
    return yaml.safe_dump(pipeline, sort_keys=False, width=1000).rstrip("\n")


def _job(job: Job) -> dict[str, object]:
    variables = {
        "LAMBDA_CI_FUNCTION": ",".join(job.functions),
        "LAMBDA_CI_JOB_RUNTIME": job.runtime,
        "LAMBDA_CI_JOB_ARCHITECTURE": job.architecture.value,
    }
    return {"extends": ".lambda-ci", "variables": variables}
