"""Where the repository is checked out: forges name a file from there, wherever the program was started."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.problem import Problem

_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BITBUCKET_CLONE_DIR", "BUILD_SOURCESDIRECTORY")
"""GitHub, GitLab, Bitbucket, Azure: those that show problems beside the lines that they are about."""


def from_the_top(problem: Problem, *, environ: Mapping[str, str], cwd: Path) -> Problem:
    """With the file as the forge names it (``services/orders/lambda-ci.yml``); unchanged where it is none, or not of the checkout."""
    root = next((environ[name] for name in _ROOTS if environ.get(name)), "")
    if not root or problem.origin.line is None:
        return problem
    place = os.path.normpath(Path(os.path.realpath(cwd), problem.origin.source))
    top = os.path.realpath(root)
    if not Path(place).is_relative_to(top):
        return problem
    return replace(problem, origin=replace(problem.origin, source=os.path.relpath(place, top)))
