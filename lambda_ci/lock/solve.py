"""Asking uv: which of its ways leads from a dependency file to a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.lock.compile import between, compile_source, floor
from lambda_ci.lock.explain import cause
from lambda_ci.lock.kinds import Kind
from lambda_ci.lock.logins import carries_logins, without_logins
from lambda_ci.lock.pin import find_files
from lambda_ci.lock.sources import has_changing_folders, with_sources
from lambda_ci.lock.uvlock import export

if TYPE_CHECKING:
    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.console import Console
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target


def solve(source: Source, target: Target, *, uv: Uv, console: Console, building: bool) -> str:
    """The lock as uv writes it. Raises BuildError with what uv said, shortened to the cause."""
    if source.kind is Kind.UV:
        return export(source, uv=uv, console=console)
    if source.kind.is_lock:
        return find_files(source, target, uv=uv)
    if source.kind is Kind.REQUIREMENTS and carries_logins(source):
        with without_logins(source, uv=uv) as (bare, uv_with_logins, restored):
            return restored(_resolve(bare, target, uv=uv_with_logins, console=console, building=building))
    if carries_logins(source):
        console.line(
            f"{source.path.name} has credentials in the address of a git repository: uv gives them to git as an argument, which "
            "everybody on this machine can read; have them in netrc instead"
        )
    return _resolve(source, target, uv=uv, console=console, building=building)


def _resolve(source: Source, target: Target, *, uv: Uv, console: Console, building: bool) -> str:
    completed = compile_source(source, target, uv=uv, platform=floor(target))
    if completed.returncode != 0:
        return _otherwise(completed, source, target=target, uv=uv, building=building)
    if building and has_changing_folders(completed.stdout, source):
        return with_sources(completed, source, target=target, uv=uv)
    for line in completed.stderr.splitlines():
        if line.startswith("warning: ") and "does not contain any dependencies" not in line:
            console.untrusted(cause(line.removeprefix("warning: ")))
    return completed.stdout


def _otherwise(completed: Completed, source: Source, *, target: Target, uv: Uv, building: bool) -> str:
    """Where uv's nearest platform has no wheel: one that fits between two of its platforms, else a source."""
    try:
        return between(completed, source, target=target, uv=uv)
    except BuildError:
        if not building:
            raise
    return with_sources(completed, source, target=target, uv=uv)
