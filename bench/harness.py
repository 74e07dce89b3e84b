"""Runs commands in turn (A B A B …) as whole processes and compares their medians.

Before each run the outputs of the last one are removed and the disk is synchronised; one run each goes ahead untimed, so that
every cache is warm. Peak memory is that of the largest process of the command's tree (``wait4``), in MiB. Processor time is that
of all of them: where it is far less than the clock says, the machine was busy with something else, or waited for the network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One command; ``outputs`` are removed before it runs and must be there afterwards. ``prepare`` is called before each run."""

    name: str
    command: Sequence[str]
    cwd: Path
    environ: Mapping[str, str]
    outputs: Sequence[Path] = ()
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: wall-clock seconds of the whole process, seconds of processor time, and MiB."""

    seconds: float
    cpu: float
    peak_mib: float


@dataclass(kw_only=True)
class Measured:
    """All timed runs of one contestant."""

    name: str
    runs: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return median(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        return median(run.cpu for run in self.runs)

    @property
    def peak_mib(self) -> float:
        return max(run.peak_mib for run in self.runs)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure to reach: ``value`` measured, ``limit`` wanted; ``at_least`` says on which side of it."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        wanted = f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        return f"{'met   ' if self.met else 'MISSED'}  {self.what}: {self.value:.3g} {self.unit} (wanted: {wanted})"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one benchmark found. The first of ``measured`` is lambda-ci."""

    title: str
    measured: Sequence[Measured]
    targets: Sequence[Target]

    def __str__(self) -> str:
        ours = self.measured[0].seconds
        lines = [
            f"{self.title}",
            f"  {'':34}{'median':>9}{'fastest':>9}{'slowest':>9}{'cpu':>9}{'peak':>10}{'ratio':>8}",
        ]
        for one in self.measured:
            seconds = [run.seconds for run in one.runs]
            lines.append(
                f"  {one.name:34}{one.seconds:8.3f}s{min(seconds):8.3f}s{max(seconds):8.3f}s{one.cpu:8.3f}s"
                f"{one.peak_mib:6.0f} MiB{one.seconds / ours:7.1f}x"
            )
        return "\n".join([*lines, *(f"  {target}" for target in self.targets)])


def measure(contestants: Sequence[Contestant], *, rounds: int) -> list[Measured]:
    """``rounds`` timed runs of each, in turn, after one untimed run of each. Raises SystemExit where a command fails."""
    results = [Measured(name=contestant.name) for contestant in contestants]
    for number in range(rounds + 1):
        for contestant, result in zip(contestants, results, strict=True):
            run = _once(contestant)
            print(f"    {contestant.name}: {run.seconds:.3f} s{'' if number else ' (not counted)'}", file=sys.stderr)
            if number:
                result.runs.append(run)
    return results


def _once(contestant: Contestant) -> Run:
    for output in contestant.outputs:
        shutil.rmtree(output) if output.is_dir() else output.unlink(missing_ok=True)
    contestant.prepare()
    os.sync()
    started = time.perf_counter()
    process = subprocess.Popen(
        contestant.command,
        cwd=contestant.cwd,
        env=dict(contestant.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    _demand_success(contestant, process.returncode, said)
    return Run(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / 1024)


def _demand_success(contestant: Contestant, code: int, said: bytes) -> None:
    missing = [str(output) for output in contestant.outputs if not output.exists()]
    if code or missing:
        sys.stderr.buffer.write(said[-4000:])
        raise SystemExit(f"{contestant.name}: exit code {code}, outputs missing: {missing or 'none'}")
