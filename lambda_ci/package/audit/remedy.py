"""What to do about a binary that does not fit, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.images import images
from lambda_ci.model.target import Architecture

if TYPE_CHECKING:
    from lambda_ci.model.audit import Binary
    from lambda_ci.model.target import Target
    from lambda_ci.package.audit.extension import Extension
    from lambda_ci.package.audit.group import Group


def rebuild(group: Group, target: Target) -> str:
    """A wheel, or a file, that is made for the target."""
    place = f"{target.runtime} on {target.architecture} (glibc {target.glibc[0]}.{target.glibc[1]})"
    if group.own:
        return f"Put one there that is built for {place}, or depend on a package that has it"
    return f"Use a version of {group.distribution} with a wheel for {place}"


def other_machine(group: Group, target: Target, binary: Binary) -> str:
    """For a binary of another processor."""
    other = next((one for one in Architecture if one.machine == binary.machine), None)
    return rebuild(group, target) + (f", or set `architecture: {other}`" if other else "")


def other_python(group: Group, target: Target, module: Extension) -> str:
    """For an extension module of another Python."""
    runtime = module.runtime()
    fitting = runtime and runtime != target.runtime
    return rebuild(group, target) + (f", or set `runtime: {runtime}`" if fitting else "")


def newer_runtime(group: Group, target: Target, runtime: str) -> str:
    """For a binary that needs newer libraries. ``runtime``: the first that has them; empty: none has."""
    return rebuild(group, target) + (f", or set `runtime: {runtime}` or later" if runtime else "")


def library(group: Group, name: str) -> str:
    """For a shared library that is not there."""
    if group.own:
        return f"Put {name} into `lib/` of the function's source, or beside the file, found by a RUNPATH of $ORIGIN"
    if other := images().instead.get(group.distribution):
        return f"Depend on {other} instead of {group.distribution}"
    return (
        f"Use a wheel of {group.distribution} that brings {name} (`auditwheel repair` makes one), "
        f"or put the library into `lib/` of the function's source"
    )
