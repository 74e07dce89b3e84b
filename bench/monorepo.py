"""Many functions in one repository: what one changed line costs, and how time and memory grow with the number of functions.

Whether handlers can be imported is not checked here: that runs each of them, which is no part of making packages.
"""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING

from bench.harness import Contestant, Measured, Report, Target, measure
from bench.workshop import CHECKOUT, RUNTIME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.workshop import Workshop

SIZES = (12, 50, 200)
HANDLER = (
    "import orjson\n\n\ndef handler(event, context):\n    return orjson.dumps({{'function': {number}}}).decode()\n"
)
HEAD = f"""\
version: 1
defaults:
  runtime: {RUNTIME}
  handler: app.handler
  requirements: requirements.txt
  role: arn:aws:iam::123456789012:role/many
functions:
"""


def run(workshop: Workshop, *, rounds: int) -> Report:
    """One line changed in one of twelve, then all packages of 12, 50 and 200 functions that share four dependencies."""
    folder = workshop.fresh("monorepo")
    projects = {count: _project(folder / str(count), count) for count in SIZES}
    contestants = [
        _changed(workshop, projects[12]),
        _check(workshop, projects[12]),
        *(_all(workshop, project, count) for count, project in projects.items()),
        _rival(workshop, folder, projects[12]),
    ]
    results = measure(contestants, rounds=rounds)
    return Report(title="many functions sharing four dependencies", measured=results, targets=_targets(results))


def _project(folder: Path, count: int) -> Path:
    names = [f"f{number}" for number in range(count)]
    for number, name in enumerate(names):
        source = folder / "src" / name
        source.mkdir(parents=True)
        (source / "app.py").write_text(HANDLER.format(number=number))
    shutil.copy(CHECKOUT / "examples" / "shop" / "requirements.txt", folder)
    (folder / "lambda-ci.yml").write_text(HEAD + "".join(f"  {name}: {{source: src/{name}}}\n" for name in names))
    return folder


def _command(workshop: Workshop, verb: str) -> list[str]:
    return [*workshop.ours, verb, "--build-import-check", "never"]


def _changed(workshop: Workshop, project: Path) -> Contestant:
    return Contestant(
        name="build, one line of 12 functions changed",
        command=_command(workshop, "build"),
        cwd=project,
        environ=workshop.environ,
        prepare=_another_line(project / "src" / "f7" / "app.py"),
    )


def _another_line(path: Path) -> Callable[[], None]:
    numbers, text = itertools.count(), path.read_text()

    def change() -> None:
        path.write_text(f"{text}# {next(numbers)}\n")

    return change


def _check(workshop: Workshop, project: Path) -> Contestant:
    return Contestant(
        name="check, 12 functions", command=_command(workshop, "check"), cwd=project, environ=workshop.environ
    )


def _all(workshop: Workshop, project: Path, count: int) -> Contestant:
    """Into a folder of its own, so that every package is made anew."""
    output = project / "all"
    return Contestant(
        name=f"build, all of {count} functions",
        command=[*_command(workshop, "build"), "--output-dir", str(output)],
        cwd=project,
        environ=workshop.environ,
        outputs=[output],
    )


def _rival(workshop: Workshop, folder: Path, project: Path) -> Contestant:
    """One function: it takes as long for each."""
    target = folder / "uv"
    return Contestant(
        name=f"uv pip install --target, {workshop.packer}, one function",
        command=["sh", "-c", workshop.uv_and_zip(project / "requirements.txt", target)],
        cwd=project,
        environ=workshop.environ,
        outputs=[target, target.with_suffix(".zip")],
    )


def _targets(results: list[Measured]) -> list[Target]:
    changed, check, *built, rival = results
    each = {count: (one.seconds - check.seconds) / count for count, one in zip(SIZES, built, strict=True)}
    few, many = built[0], built[-1]
    return [
        Target(what="one line changed, above check", value=changed.seconds - check.seconds, limit=0.5, unit="s"),
        *(
            Target(what=f"each of {count} functions", value=each[count] * 1000, limit=1000 * each[12], unit="ms")
            for count in SIZES
        ),
        Target(what="memory of 200 against 12", value=many.peak_mib / few.peak_mib, limit=1.5, unit="times"),
        Target(
            what="each of 200 against uv + zip", value=rival.seconds / each[200], limit=20, unit="times", at_least=True
        ),
    ]
