"""No known CI system, or a person at a terminal: titles and plain lines, and nothing for later steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.console import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.problem import Problem


class Plain:
    """Text without marks."""

    name = "plain"

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
        return text

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:  # noqa: ARG002
        return None

    def write_summary(self, markdown: str) -> Problem | None:  # noqa: ARG002
        return None
