"""GitLab CI: sections that fold, a code-quality report for the merge request, and variables for later jobs (dotenv).

Source: docs.gitlab.com, "Custom collapsible sections" and "Code Quality report format"; GitLab has no masks at run time.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from lambda_ci.ci.plain import Plain
from lambda_ci.ci.reports import FINDINGS, code_quality
from lambda_ci.console import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.console import Clock
    from lambda_ci.model.problem import Problem

_ERASE = "\x1b[0K"
_SECTION = re.compile(r"section_(?:start|end):")
_ILLEGAL = re.compile(r"[^a-z0-9]+")


class _Open(threading.local):
    """The sections that are open; those of work that goes on beside other work are its own."""

    def __init__(self) -> None:
        self.names: list[str] = []


@dataclass(frozen=True, kw_only=True)
class GitLab(Plain):
    """One job. Sections are folded up: what came of each is said after it."""

    clock: Clock
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)
    _open: _Open = field(default_factory=_Open, repr=False)

    name: ClassVar[str] = "GitLab CI"

    def group(self, title: str) -> str:
        word = _ILLEGAL.sub("_", title.lower())[:40].strip("_")
        self._open.names.append(f"lambda_ci_{next(self._numbers)}_{word}".rstrip("_"))
        heading = " ".join(visible(title).splitlines())
        return f"{self._marker('start', f'{self._open.names[-1]}[collapsed=true]')}{heading}"

    def end_group(self) -> str:
        return self._marker("end", self._open.names.pop()) if self._open.names else ""

    def answer(self, text: str) -> str:
        """Unchanged, unless there is something in it that could fold or unfold the log."""
        return visible(text) if _SECTION.search(text) else super().answer(text)

    def write_problems(self, problems: Sequence[Problem]) -> Problem | None:
        """An empty report as well: GitLab compares it with that of the target branch."""
        return self.reports.write(FINDINGS, code_quality(problems))

    def _marker(self, kind: str, section: str) -> str:
        """GitLab takes it for one only with the carriage return and the sequence behind it."""
        return f"{_ERASE}section_{kind}:{int(self.clock.utc().timestamp())}:{section}\r{_ERASE}"
