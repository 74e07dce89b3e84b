"""What a CI system is to this program: marks for its log, and places for what later steps read. One file each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lambda_ci.console import Style

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def detect(environ: Mapping[str, str]) -> CiSystem:
    """The CI system that set these environment variables."""
    if environ.get("GITHUB_ACTIONS") == "true":
        from lambda_ci.ci.github import GitHub

        return GitHub.from_environ(environ)
    from lambda_ci.ci.plain import Plain

    return Plain()
