"""Files for what comes after: outputs, job summary and findings, on CI systems that have no other place for them.

Source: docs.gitlab.com, "artifacts:reports:dotenv" and "Code Quality report format", whose limits hold for the files everywhere.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters import ownership
from lambda_ci.model.problem import Origin, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

VARIABLES, OUTPUTS, SUMMARY, FINDINGS = "lambda-ci.env", "lambda-ci.json", "lambda-ci.md", "gl-code-quality-report.json"
_FILES = (VARIABLES, OUTPUTS, SUMMARY, FINDINGS)
DOTENV_BYTES = 5 * 1024
"""GitLab takes no larger file of variables."""
_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor"}


@dataclass(frozen=True, kw_only=True)
class Reports:
    """Writes into ``folder``; nowhere where it is ``None``. What cannot be written is a warning, not a failed deployment.

    ``quoted``: whether shells read the file of variables; GitLab takes quotes for a part of the value.
    """

    folder: Path | None = None
    quoted: bool = True

    def outputs(self, values: Mapping[str, str]) -> Problem | None:
        """``lambda-ci.env`` for shells or GitLab, and all of the values in ``lambda-ci.json``."""
        lines = assignments(values) if self.quoted else dotenv(values)
        return self.write(OUTPUTS, json.dumps(dict(values), indent=2) + "\n") or self.write(VARIABLES, lines)

    def write(self, name: str, text: str) -> Problem | None:
        if self.folder is None:
            return None
        file = self.folder / name
        try:
            ownership.folder(self.folder)
            file.write_text(text, encoding="utf-8", errors="replace")
            ownership.adopt(file)
        except OSError as error:
            message = f"was not written: {error.strerror or error}"
            return Problem(origin=Origin(source=str(file)), message=message, severity=Severity.WARNING)
        return None


def files_in(folder: Path | None) -> tuple[Path, ...]:
    """The files that can be there; the folder itself may be anybody's."""
    return tuple(folder / name for name in _FILES) if folder else ()


def variables(values: Mapping[str, str]) -> dict[str, str]:
    """The values that can be variables of later jobs (``function-arn`` → ``LAMBDA_FUNCTION_ARN``).

    Without white space in them, and together no larger than GitLab takes; what does not fit is left out, the last first.
    """
    chosen, left = {}, DOTENV_BYTES
    for output, value in values.items():
        name = "LAMBDA_" + output.upper().replace("-", "_")
        size = len(f"{name}={value}\n".encode(errors="replace"))
        if value.isprintable() and " " not in value and size <= left:
            chosen[name] = value
            left -= size
    return chosen


def dotenv(values: Mapping[str, str]) -> str:
    """``NAME=value``, a line each, as they are: GitLab knows no quotes."""
    return "".join(f"{name}={value}\n" for name, value in variables(values).items())


def assignments(values: Mapping[str, str], *, before: str = "") -> str:
    """The same for a shell, which takes nothing in a value for a command; ``before`` each line, such as ``export ``."""
    return "".join(f"{before}{name}={shlex.quote(value)}\n" for name, value in variables(values).items())


def code_quality(problems: Iterable[Problem]) -> str:
    """Those that are in a file. A finding keeps its fingerprint when it moves to another line."""
    told: Counter[str] = Counter()
    return json.dumps([_finding(one, told) for one in problems if one.origin.line is not None], indent=2) + "\n"


def _finding(problem: Problem, told: Counter[str]) -> dict[str, object]:
    path, text = problem.origin.source.removeprefix("./"), ": ".join(filter(None, (problem.key, problem.message)))
    same = f"{path}\0{problem.severity}\0{text}"
    told[same] += 1
    return {
        "description": text,
        "check_name": "lambda-ci",
        "fingerprint": hashlib.sha256(f"{same}\0{told[same]}".encode(errors="replace")).hexdigest(),
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": path, "lines": {"begin": problem.origin.line}},
    }
