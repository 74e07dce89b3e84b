"""GitHub Actions: workflow commands in the log, and the files that hand outputs and the job summary to the runner.

Source: actions/runner v2.336, ActionCommand.cs, ActionCommandManager.cs, FileCommandManager.cs,
CreateStepSummaryCommand.cs; the escapes are those of @actions/core, command.ts.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lambda_ci.ci.cutting import cut
from lambda_ci.ci.reports import SUMMARY as REPORT
from lambda_ci.ci.reports import Reports
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.secret import forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ANNOTATIONS = 10
"""Of one kind in one step; the runner only logs the rest."""
SUMMARY_BYTES = 1024 * 1024
"""For one step; the runner drops a larger summary as a whole."""
OUTPUT = "GITHUB_OUTPUT"
SUMMARY = "GITHUB_STEP_SUMMARY"

_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
"""``::`` counts at the start of a line, white space aside; the old ``##[`` anywhere in it."""
_LINE_ENDS = re.compile(r"\r\n?")


def _token() -> str:
    return uuid.uuid4().hex


def escape_data(text: str) -> str:
    """The text after ``::``. The per cent sign goes first."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """The value of a property: ``title=…``."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


@dataclass
class GitHub:
    """One step of a job. ``output`` and ``summary`` are the texts of the runner's variables; empty means absent."""

    output: str = ""
    summary: str = ""
    token: Callable[[], str] = _token
    reports: Reports = field(default_factory=Reports)
    """For those who want files as well."""
    _annotations: Counter[Severity] = field(default_factory=Counter, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    name = "GitHub Actions"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, reports: Reports | None = None) -> Self:
        return cls(output=environ.get(OUTPUT, ""), summary=environ.get(SUMMARY, ""), reports=reports or Reports())

    def group(self, title: str) -> str:
        return f"::group::{escape_data(title)}"

    def end_group(self) -> str:
        return "::endgroup::"

    def mask(self, secret: str) -> str:
        """One command for each text in which it can appear: the runner compares line by line."""
        return "\n".join(f"::add-mask::{escape_data(form)}" for form in forms(secret))

    def line(self, text: str) -> str:
        """Text of our own, which may quote others: as it is, unless the runner could take some of it for a command."""
        return self.untrusted(text) if _COMMAND.search(_LINE_ENDS.sub("\n", text)) else text

    def problem(self, problem: Problem) -> str:
        """An annotation for the first ten of a kind, a plain line for the rest."""
        return self.mark(problem) or self.line(f"{problem.severity}: {problem}")

    def mark(self, problem: Problem) -> str:
        """An annotation for the first ten of a kind."""
        if not self._room(problem.severity):
            return ""
        place = _place(problem.origin)
        message = ": ".join(filter(None, (problem.key, problem.message))) if place else str(problem)
        properties = ",".join(f"{key}={escape_property(value)}" for key, value in [("title", "lambda-ci"), *place])
        return f"::{problem.severity} {properties}::{escape_data(message)}"

    def untrusted(self, text: str) -> str:
        """Switches commands off, until a token that nobody can know switches them on again."""
        token = _absent(text, self.token)
        return f"::stop-commands::{token}\n{text}\n::{token}::"

    def answer(self, text: str) -> str:
        return self.line(text)

    def write_outputs(self, values: Mapping[str, str]) -> Problem | None:
        kept = self.reports.outputs(values) if values else None
        if not self.output or not values:
            return kept
        text = "".join(self._output(name, value) for name, value in values.items())
        return _append(OUTPUT, self.output, text.encode()) or kept

    def write_summary(self, markdown: str) -> Problem | None:
        kept = self.reports.write(REPORT, markdown) if markdown else None
        if not self.summary or not markdown:
            return kept
        try:
            used = Path(self.summary).stat().st_size
        except OSError:
            used = 0
        content = cut(markdown, room=SUMMARY_BYTES - used)
        full = "the step's summary is full"
        return (_append(SUMMARY, self.summary, content) if content else _unwritten(SUMMARY, full)) or kept

    def write_problems(self, problems: Sequence[Problem]) -> Problem | None:  # noqa: ARG002 - the annotations say it
        return None

    def _room(self, severity: Severity) -> bool:
        with self._lock:
            self._annotations[severity] += 1
            return self._annotations[severity] <= ANNOTATIONS

    def _output(self, name: str, value: str) -> str:
        """One value between delimiters that do not occur in it. Raises ValueError for a name the runner misreads."""
        if not name or name != name.strip() or "=" in name or "<<" in name or len(name.splitlines()) != 1:
            raise ValueError(f"not the name of an output: {name!r}")
        value = value.encode(errors="replace").decode()
        delimiter = _absent(value, lambda: f"ghadelimiter_{self.token()}")
        return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _place(origin: Origin) -> list[tuple[str, str]]:
    """File, line and column; nothing where the origin is no file."""
    if origin.line is None:
        return []
    return [("file", origin.source), ("line", str(origin.line)), ("col", str(origin.column or 1))]


def _absent(text: str, make: Callable[[], str]) -> str:
    """A new token that the text does not contain."""
    token = make()
    while token in text:
        token = make()
    return token


def _append(variable: str, file: str, content: bytes) -> Problem | None:
    """Append to one of the runner's files; what keeps it from being written is a warning, not a failed deployment."""
    try:
        if not Path(file).is_absolute():
            raise OSError(f"{file} is not an absolute path")
        with Path(file).open("ab") as handle:
            handle.write(content)
    except OSError as error:
        return _unwritten(variable, error.strerror or str(error))
    return None


def _unwritten(variable: str, why: str) -> Problem:
    message = f"what belongs there was not written: {why}"
    return Problem(origin=Origin(source=variable), message=message, severity=Severity.WARNING)
