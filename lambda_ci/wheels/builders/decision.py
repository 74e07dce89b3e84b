"""Where a source is built, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from lambda_ci.adapters.host import Host
    from lambda_ci.wheels.builders.source import Job

PURE = "it has no compiled sources"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """``in_place`` on this machine, else in a container. ``only_pure``: what comes out must not depend on the machine."""

    in_place: bool
    why: str
    only_pure: bool = False


def decide(job: Job, host: Host, *, pure: bool) -> Decision:
    """``pure``: the source does not look as if it needed a compiler. Raises BuildError where in-place was asked for in vain."""
    backend = job.options.backend
    if backend == "container":
        return Decision(in_place=False, why="build.backend is container")
    differs = difference(job, host)
    if not differs and (backend == "in-place" or not needs_image(job)):
        return Decision(in_place=True, why=_like(job))
    if pure:
        return Decision(in_place=True, why=PURE, only_pure=True)
    if backend == "in-place":
        raise BuildError(
            f"{job.source.label} cannot be built in place for {job.target}",
            why=f"{differs}, and it has sources that must be compiled",
            fix="set build.backend to auto or container, or run lambda-ci in the image of the runtime",
        )
    return Decision(in_place=False, why=differs or needs_image(job))


def difference(job: Job, host: Host) -> str:
    """What keeps wheels that are compiled on this machine from running on the target; empty where nothing does."""
    target = job.target
    if host.machine != target.architecture.machine:
        return f"this machine is {host.machine}"
    if host.glibc is None:
        return "this machine has another C library than glibc"
    if host.glibc > target.glibc:
        return f"this machine has glibc {_dotted(host.glibc)}, the runtime {_dotted(target.glibc)}"
    return "" if host.python else f"there is no CPython {target.python_version} on this machine"


def needs_image(job: Job) -> str:
    """What only an image can give, where such was asked for."""
    if job.options.system_packages:
        return f"it may need {', '.join(job.options.system_packages)}"
    return "build.image is given" if job.options.image else ""


def _like(job: Job) -> str:
    target = job.target
    return f"this machine runs Python {target.python_version} on {target.architecture} as the runtime does"


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
