"""Bitbucket Pipelines: problems in files become a report on the commit, which the pull request shows beside its lines.

Source: support.atlassian.com, "Variables and secrets", "Step options" (output variables) and "Code insights"; no token is needed for
the report, because the pipeline's proxy signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.reports import variables
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from lambda_ci.ci.reports import Reports

LONGEST_SUMMARY = 450
"""Characters of an annotation."""
_REPORT = "lambda-ci"
_VARIABLES = "BITBUCKET_PIPELINES_VARIABLES_PATH"
_BARE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
"""Values that are themselves, however the lines are read: Bitbucket does not say how it takes quotes."""


@dataclass(frozen=True, kw_only=True)
class Bitbucket(Plain):
    """One step. ``repository``: ``workspace/slug``; ``variables``: the file of what later steps are given, or nothing."""

    repository: str = ""
    commit: str = ""
    variables: str = ""
    proxies: Sequence[str] = ()
    """Where the pipeline's proxy is looked for; empty: where it is in pipelines."""

    name: ClassVar[str] = "Bitbucket Pipelines"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, reports: Reports) -> Self:
        repository, commit = environ.get("BITBUCKET_REPO_FULL_NAME", ""), environ.get("BITBUCKET_COMMIT", "")
        return cls(repository=repository, commit=commit, variables=environ.get(_VARIABLES, ""), reports=reports)

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        """Later steps are given those that the step names under ``output-variables``."""
        shared = self._share(values)
        return super().write_outputs(values) or shared

    def _share(self, values: Mapping[str, str]) -> Problem | None:
        """Nothing where the folder is not there: not every container of a step has it."""
        lines = [f"{name}={value}\n" for name, value in variables(values).items() if _BARE.fullmatch(value)]
        if not self.variables or not lines or not Path(self.variables).parent.is_dir():
            return None
        try:
            with Path(self.variables).open("a", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError as error:
            message = f"later steps have no outputs: {error.strerror or error}"
            return Problem(origin=Origin(source=_VARIABLES), message=message, severity=Severity.WARNING)
        return None

    def write_problems(self, problems: Sequence[Problem]) -> Problem | None:
        found = [one for one in problems if one.origin.line is not None]
        if not found or not self.repository or not self.commit:
            return None
        from lambda_ci.adapters.bitbucket_insights import PROXIES, Insights

        insights = Insights(repository=self.repository, commit=self.commit, proxies=self.proxies or PROXIES)
        annotations = [_annotation(number, one) for number, one in enumerate(found, 1)]
        why = insights.report(_REPORT, _report(found), annotations)
        if not why:
            return None
        message = f"the problems are in the log only: {why}"
        return Problem(origin=Origin(source="Bitbucket code insights"), message=message, severity=Severity.WARNING)


def _report(problems: Sequence[Problem]) -> dict[str, JsonValue]:
    failed = any(one.severity is Severity.ERROR for one in problems)
    return {
        "title": "lambda-ci",
        "details": "What lambda-ci found in the configuration and in the packages.",
        "report_type": "BUG",
        "reporter": "lambda-ci",
        "result": "FAILED" if failed else "PASSED",
        "data": [{"title": "Problems", "type": "NUMBER", "value": len(problems)}],
    }


def _annotation(number: int, problem: Problem) -> dict[str, JsonValue]:
    failed = problem.severity is Severity.ERROR
    return {
        "external_id": f"{_REPORT}-{number}",
        "annotation_type": "BUG" if failed else "CODE_SMELL",
        "path": problem.origin.source.removeprefix("./"),
        "line": problem.origin.line,
        "summary": ": ".join(filter(None, (problem.key, problem.message)))[:LONGEST_SUMMARY],
        "severity": "HIGH" if failed else "LOW",
        "result": "FAILED" if failed else "PASSED",
    }
