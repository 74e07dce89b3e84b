"""CircleCI: its log is folded by step; later steps of a job read the shell commands in the file ``BASH_ENV``.

Source: circleci.com/docs, "Setting environment variables in a shell command" and "Built-in environment variables".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.reports import assignments
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.ci.reports import Reports

_BASH_ENV = "BASH_ENV"


@dataclass(frozen=True, kw_only=True)
class CircleCi(Plain):
    """One step of a job. ``bash_env`` is the file's name; empty means that there is none, as in a container of one's own."""

    bash_env: str = ""

    name: ClassVar[str] = "CircleCI"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, reports: Reports) -> Self:
        return cls(bash_env=environ.get(_BASH_ENV, ""), reports=reports)

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        exported = self._export(values)
        return super().write_outputs(values) or exported

    def _export(self, values: Mapping[str, str]) -> Problem | None:
        if not self.bash_env:
            return None
        try:
            with Path(self.bash_env).open("a", encoding="utf-8", errors="replace") as file:
                file.write(assignments(values, before="export "))
        except OSError as error:
            message = f"later steps have no outputs: {error.strerror or error}"
            return Problem(origin=Origin(source=_BASH_ENV), message=message, severity=Severity.WARNING)
        return None
