"""The same package from nothing: every cache empty, files fetched from the index; and what the audit of its binaries costs.

The network is part of it, for both. The audit is timed by a build whose notes on the wheels are gone.
"""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from bench.harness import Contestant, Report, Target, measure
from bench.package_size import lay_out

if TYPE_CHECKING:
    from pathlib import Path

    from bench.harness import Measured
    from bench.workshop import Workshop


def run(workshop: Workshop, *, rounds: int) -> Report:
    """Cold builds of lambda-ci and of sam, and warm ones with and without the audit's notes."""
    folder = workshop.fresh("cold")
    lay_out(folder)
    results = measure(_contestants(workshop, folder), rounds=rounds)
    return Report(title="numpy + pandas + pyarrow, from nothing", measured=results, targets=_targets(results))


def _contestants(workshop: Workshop, folder: Path) -> list[Contestant]:
    ours = [*workshop.ours, "build", "--build-import-check", "never"]
    caches = {"LAMBDA_CI_CACHE": folder / "cache", "UV_CACHE_DIR": folder / "uv-cache"}
    package = folder / "dist" / "large.zip"
    pip, built = folder / "pip-cache", folder / ".aws-sam"
    return [
        Contestant(
            name="lambda-ci build, nothing cached",
            command=ours,
            cwd=folder,
            environ={**workshop.environ, **{name: str(path) for name, path in caches.items()}},
            outputs=[package],
            prepare=partial(_remove, *caches.values()),
        ),
        Contestant(
            name="sam build, nothing cached",
            command=[str(workshop.sam), "build", "--no-cached"],
            cwd=folder,
            environ={**workshop.environ, "PIP_CACHE_DIR": str(pip)},
            outputs=[built],
            prepare=partial(_remove, pip),
        ),
        Contestant(
            name="lambda-ci build, audited anew",
            command=ours,
            cwd=folder,
            environ=workshop.environ,
            outputs=[package],
            prepare=partial(_forget, workshop),
        ),
        Contestant(name="lambda-ci build, warm", command=ours, cwd=folder, environ=workshop.environ, outputs=[package]),
    ]


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _forget(workshop: Workshop) -> None:
    """What is noted of wheels' binaries."""
    for note in (workshop.root / "cache" / "wheels").rglob("audit-*.json"):
        note.unlink()


def _targets(results: list[Measured]) -> list[Target]:
    ours, sam, anew, warm = results
    return [
        Target(
            what="cold, against sam build",
            value=sam.seconds / ours.seconds,
            limit=5,
            unit="times faster",
            at_least=True,
        ),
        Target(what="the audit, the first time", value=anew.seconds - warm.seconds, limit=0.5, unit="s"),
    ]
