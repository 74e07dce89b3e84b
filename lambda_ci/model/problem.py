"""Where a value came from, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the run with exit code 2; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The place a value was written: a file with line and column (1-based), or the name of a flag, input or variable."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.source
        return f"{self.source}:{self.line}:{self.column or 1}"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding about one value; prints as ``origin: key: message``."""

    origin: Origin
    message: str
    key: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.origin), self.key, self.message) if part)
