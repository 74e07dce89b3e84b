"""Every failure that is expected, each class with the exit code it ends the program with.

LambdaCiError
├── ConfigurationError  2  the inputs are wrong; carries every problem at once
├── BuildError          3  locking, fetching or building a wheel failed
├── PackageError        4  the deployment package would not work
├── AwsError            5  AWS refused, could not be reached, or answered nonsense
├── VerificationError   6  the new version failed its smoke test; traffic was not moved
├── RollbackError       7  taking a change back failed as well
├── ForgeError          8  GitHub, GitLab or Bitbucket refused or could not be reached
└── Interrupted       130  Ctrl-C or SIGTERM
Anything else is a bug in lambda-ci and ends with 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.problem import Problem


class LambdaCiError(Exception):
    """A failure in three parts: what happened (with the values), why, and what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.fix and f"→ {self.fix}") if part)


class ConfigurationError(LambdaCiError):
    """The inputs are wrong. ``problems`` holds all of them, in the order of the files."""

    exit_code = 2

    def __init__(self, what: str, *, problems: Sequence[Problem] = (), why: str = "", fix: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.problems = tuple(problems)


class BuildError(LambdaCiError):
    """Locking, fetching or building a wheel failed."""

    exit_code = 3


class PackageError(LambdaCiError):
    """The deployment package cannot be made, or would not work on Lambda."""

    exit_code = 4


class AwsError(LambdaCiError):
    """AWS refused a request, could not be reached, or ended in a failed state."""

    exit_code = 5


class VerificationError(LambdaCiError):
    """The published version failed its smoke test; the alias was not moved."""

    exit_code = 6


class RollbackError(LambdaCiError):
    """A change had to be taken back, and that failed too."""

    exit_code = 7


class ForgeError(LambdaCiError):
    """GitHub, GitLab or Bitbucket refused a request or could not be reached."""

    exit_code = 8


class Interrupted(LambdaCiError):
    """A signal ended the run (Ctrl-C, a cancelled job)."""

    exit_code = 130
