"""Jenkins: its log knows no marks of programs; ``readProperties`` and ``readJSON`` take what later stages need from files.

Source: jenkins.io, "Using environment variables"; plugins.jenkins.io/pipeline-utility-steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lambda_ci.ci.plain import Plain


@dataclass(frozen=True, kw_only=True)
class Jenkins(Plain):
    """One step of a build. Notes of the console, which can hide text, begin with an escape character, which no text keeps."""

    name: ClassVar[str] = "Jenkins"
