"""Azure Pipelines: logging commands, which the agent looks for anywhere in a line of the log.

Source: learn.microsoft.com, "Logging commands"; escapes as in microsoft/azure-pipelines-task-lib, taskcommand.ts.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TextIO

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.reports import SUMMARY
from lambda_ci.console import visible
from lambda_ci.model.problem import Problem, Severity
from lambda_ci.model.secret import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.problem import Origin

LARGEST_VARIABLE = 16 * 1024
"""Characters: the agent puts every variable into the environment of the steps that follow, which has a limit."""
_COMMAND = re.compile(r"##(?=(?:vso)?\[)", re.IGNORECASE)
"""Also the old and the formatting ones, such as ``##[error]``."""
_UNSEEN = re.compile(r"[^\x20-\x7e]")
"""And what else is no ASCII: a line too many taken apart does no harm."""
_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def escape_data(text: str) -> str:
    """The text after the bracket."""
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """The value of a property: ``sourcepath=…``."""
    return escape_data(text).replace("]", "%5D").replace(";", "%3B")


def harmless(text: str) -> str:
    """The text with every command in it taken apart: ``##vso[`` → ``# #vso[``. There is no way to switch them off."""
    return "\n".join(map(_harmless, text.split("\n")))


def _harmless(line: str) -> str:
    """Signs that nobody sees may not count when the agent compares, so that a line is judged without them."""
    if not _COMMAND.search(_UNSEEN.sub("", line)):
        return line
    return _COMMAND.sub("# #", visible(line).encode("ascii", "backslashreplace").decode())


@dataclass(frozen=True, kw_only=True)
class Azure(Plain):
    """One step of a job. ``log`` is where the agent reads commands, when variables and the summary are handed to it."""

    log: TextIO

    name: ClassVar[str] = "Azure Pipelines"

    def group(self, title: str) -> str:
        return f"##[group]{' '.join(self.line(title).splitlines())}"

    def end_group(self) -> str:
        return "##[endgroup]"

    def mask(self, secret: str) -> str:
        """One command for each text in which it can appear: the agent compares line by line."""
        return "\n".join(_command("task.setsecret", {}, form) for form in forms(secret))

    def line(self, text: str) -> str:
        return harmless(visible(text))

    def problem(self, problem: Problem) -> str:
        return self.mark(problem)

    def mark(self, problem: Problem) -> str:
        place = _place(problem.origin)
        message = ": ".join(filter(None, (problem.key, problem.message))) if place else str(problem)
        return _command("task.logissue", {"type": _TYPES[problem.severity], **place}, harmless(visible(message)))

    def answer(self, text: str) -> str:
        return harmless(super().answer(text))

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        """Variables of the step: ``$(STEP.function-arn)`` in the job, ``dependencies.JOB.outputs['STEP.function-arn']`` beyond."""
        for name, value in values.items():
            if len(value) <= LARGEST_VARIABLE:
                self._tell(_command("task.setvariable", {"variable": name, "isOutput": "true"}, value))
        return super().write_outputs(values)

    def write_summary(self, markdown: str) -> Problem | None:
        trouble = super().write_summary(markdown)
        if self.reports.folder and markdown and not trouble:
            self._tell(_command("task.uploadsummary", {}, str(self.reports.folder.absolute() / SUMMARY)))
        return trouble

    def _tell(self, command: str) -> None:
        with suppress(OSError):  # A log that can no longer be written is no reason to fail.
            self.log.write(f"{command}\n")
            self.log.flush()


def _command(name: str, properties: Mapping[str, str], data: str) -> str:
    listed = ";".join(f"{key}={escape_property(value)}" for key, value in properties.items())
    return f"##vso[{name}{' ' if listed else ''}{listed}]{escape_data(data)}"


def _place(origin: Origin) -> dict[str, str]:
    """Nothing where the origin is no file."""
    if origin.line is None:
        return {}
    return {"sourcepath": origin.source, "linenumber": str(origin.line), "columnnumber": str(origin.column or 1)}
