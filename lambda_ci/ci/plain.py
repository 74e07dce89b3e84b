"""No known CI system, or a person at a terminal: titles and plain lines, and files for later steps where a folder is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from lambda_ci.ci.reports import SUMMARY, Reports
from lambda_ci.console import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.model.problem import Problem

_HIDES = re.compile(r"[\x08\x1b\x9b]|\r(?!\n)")


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Text without marks. What has no better place on a CI system that builds upon this is as it is here."""

    reports: Reports = field(default_factory=Reports)

    name: ClassVar[str] = "plain"

    def group(self, title: str) -> str:
        return f"▸ {self.line(title)}"

    def end_group(self) -> str:
        return ""

    def mask(self, secret: str) -> str:  # noqa: ARG002 - nobody else to tell; the console itself redacts
        return ""

    def line(self, text: str) -> str:
        """The text without anything that moves the cursor, clears the screen or hides what was written."""
        return visible(text)

    def problem(self, problem: Problem) -> str:
        return self.line(f"{problem.severity}: {problem}")

    def mark(self, problem: Problem) -> str:  # noqa: ARG002 - a plain log has no margin
        return ""

    def untrusted(self, text: str) -> str:
        return self.line(text)

    def answer(self, text: str) -> str:
        """Unchanged, unless something in it would hide what stands before it; no document has that."""
        return visible(text) if _HIDES.search(text) else text

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        return self.reports.outputs(values) if values else None

    def write_summary(self, markdown: str) -> Problem | None:
        return self.reports.write(SUMMARY, markdown) if markdown else None

    def write_problems(self, problems: Sequence[Problem]) -> Problem | None:  # noqa: ARG002 - the log has them
        return None
