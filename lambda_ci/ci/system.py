"""What a CI system is to this program: marks for its log, and places for what later steps read. One file each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lambda_ci.ci.known import Known, known
from lambda_ci.console import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from lambda_ci.ci.reports import Reports
    from lambda_ci.console import Clock
    from lambda_ci.model.problem import Problem


class CiSystem(Style, Protocol):
    """One CI system. It is told what to write; where, it knows from its own environment variables."""

    @property
    def name(self) -> str:
        """For people: ``GitHub Actions``."""
        ...

    def answer(self, text: str) -> str:
        """Text for standard output, which programs may read: unchanged, unless this system reads commands there."""
        ...

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        """Hand values to later steps. Where there is no place for them nothing happens; a broken one is a warning."""
        ...

    def write_summary(self, markdown: str) -> Problem | None:
        """Add to what people see of the job at a glance. The same as above."""
        ...

    def write_problems(self, problems: Sequence[Problem]) -> Problem | None:
        """Have problems shown beside the lines that they are about, where marks in the log do not do that. The same as above."""
        ...


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a CI system may need to know. ``log`` is what it reads as the log.

    ``reports``: the folder named for reports; without one they go to ``packages``, beside the packages, but on a known CI system only.
    """

    environ: Mapping[str, str]
    clock: Clock
    log: TextIO
    reports: Path | None
    packages: Path


def detect(around: Surroundings) -> CiSystem:
    """The CI system that set these environment variables."""
    system = known(around.environ)
    return _SYSTEMS[system](around) if system else _plain(around)


def _github(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.github import GitHub
    from lambda_ci.ci.reports import Reports

    return GitHub.from_environ(around.environ, reports=Reports(folder=around.reports))


def _gitlab(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.gitlab import GitLab

    return GitLab(clock=around.clock, reports=_beside_packages(around, quoted=False))


def _bitbucket(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.bitbucket import Bitbucket

    return Bitbucket.from_environ(around.environ, reports=_beside_packages(around))


def _circleci(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.circleci import CircleCi

    return CircleCi.from_environ(around.environ, reports=_beside_packages(around))


def _azure(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.azure import Azure

    return Azure(log=around.log, reports=_beside_packages(around))


def _jenkins(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.jenkins import Jenkins

    return Jenkins(reports=_beside_packages(around))


def _plain(around: Surroundings) -> CiSystem:
    from lambda_ci.ci.plain import Plain
    from lambda_ci.ci.reports import Reports

    return Plain(reports=Reports(folder=around.reports))


def _beside_packages(around: Surroundings, *, quoted: bool = True) -> Reports:
    from lambda_ci.ci.reports import Reports

    return Reports(folder=around.reports or around.packages, quoted=quoted)


_SYSTEMS: Mapping[Known, Callable[[Surroundings], CiSystem]] = {
    Known.GITHUB: _github,
    Known.GITLAB: _gitlab,
    Known.BITBUCKET: _bitbucket,
    Known.CIRCLECI: _circleci,
    Known.AZURE: _azure,
    Known.JENKINS: _jenkins,
}
