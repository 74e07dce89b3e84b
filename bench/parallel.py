"""Fifty functions deployed at once under Lambda's limit of 15 requests a second: how near to the least time that the limit allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.harness import Target
from bench.requests import Table, project, write
from tests.fakes.aws_quota import Bucket, Quota
from tests.fakes.aws_server import AwsServer

if TYPE_CHECKING:
    from bench.workshop import Workshop

COUNT, RATE = 50, 15
NAMES = [f"f{number:02}" for number in range(COUNT)]
BUCKETS = {"15 a second, 15 saved": 15.0, "15 a second, 5 saved": 5.0}
"""What the limit lets through at once after a pause: AWS does not say."""

STEPS = {"create": "deploy", "code changed": "deploy", "rolled back": "rollback"}


def run(workshop: Workshop, *, rounds: int) -> Table:  # noqa: ARG001 - the limit makes every run alike
    """Create all, then change the code of all, then take all back; from the first request of the control plane to the last."""
    lines, targets = [], []
    for number, (name, size) in enumerate(BUCKETS.items()):
        for step, (seconds, least, refused) in _deployed(workshop, f"parallel-{number}", size).items():
            lines.append(f"{step}, {name}: {seconds:.1f} s, at least {least:.1f} s; {refused} requests refused")
            what = f"{step}, {name}"
            targets.append(Target(what=what, value=seconds / least, limit=1.3, unit="times the limit's own time"))
    return Table(title=f"{COUNT} functions at once", lines=lines, targets=targets)


def _deployed(workshop: Workshop, folder: str, size: float) -> dict[str, tuple[float, float, int]]:
    """By step: seconds, the fewest that the limit allows for as many requests, and refusals."""
    found = {}
    with AwsServer() as server:
        cli = project(workshop.fresh(folder), server, names=NAMES)
        for release, (step, verb) in enumerate(STEPS.items()):
            write(cli, NAMES, release=release)
            built = cli("build")
            quota = server.guard = Quota(control=Bucket(RATE, size))
            ran = built if built.code else cli(verb)
            if ran.code:
                raise SystemExit(ran.err)
            least = max(len(quota.went) - size, 1) / RATE
            found[step] = (quota.went[-1] - quota.went[0], least, quota.refused)
    return found
