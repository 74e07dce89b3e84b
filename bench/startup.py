"""How long the command takes to start, and to check a project."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from bench.harness import Contestant, Report, Target, measure
from bench.workshop import CHECKOUT

if TYPE_CHECKING:
    from bench.workshop import Workshop


def run(workshop: Workshop, *, rounds: int) -> Report:
    """``lambda-ci --help``, bare Python, and ``lambda-ci check`` on the twelve functions."""
    folder = workshop.fresh("startup")
    shutil.copytree(CHECKOUT / "examples" / "shop", folder / "shop")
    commands = {
        "lambda-ci --help": [*workshop.ours, "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
        "lambda-ci check, 12 functions": [*workshop.ours, "check"],
    }
    contestants = [
        Contestant(name=name, command=command, cwd=folder / "shop", environ=workshop.environ)
        for name, command in commands.items()
    ]
    help_, bare, check = results = measure(contestants, rounds=rounds)
    targets = [
        Target(what="--help against bare Python", value=help_.seconds / bare.seconds, limit=5, unit="times as long"),
        Target(what="check", value=check.seconds, limit=0.5, unit="s"),
    ]
    return Report(title="start", measured=results, targets=targets)
