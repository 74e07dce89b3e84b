"""Starting uv for a target. uv knows some C library versions only; the exact tags decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.uv import GLIBC_MINORS
from lambda_ci.lock.explain import failure, lacks_wheel
from lambda_ci.lock.pylock import parse_pylock
from lambda_ci.model.misfit import fits

if TYPE_CHECKING:
    from packaging.pylock import Pylock

    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target

_ROUNDS = 4


def floor(target: Target) -> str:
    """uv's newest platform that is not newer than the target: every wheel for it runs."""
    return _platform(target, max((one for one in GLIBC_MINORS if one <= target.glibc[1]), default=min(GLIBC_MINORS)))


def ceiling(target: Target) -> str:
    """uv's oldest platform that is not older than the target: every wheel that runs is for it."""
    return _platform(target, min((one for one in GLIBC_MINORS if one >= target.glibc[1]), default=max(GLIBC_MINORS)))


def compile_source(source: Source, target: Target, *, uv: Uv, platform: str, also: str = "") -> Completed:
    """Resolve to versions that have a wheel. ``also`` holds further requirements, one per line."""
    files = (*source.files, "-") if also else source.files
    return uv.compile(*files, *source.arguments, *options(target, platform), cwd=source.root, input=also)


def between(failed: Completed, source: Source, *, target: Target, uv: Uv) -> str:
    """A lock that uses wheels between uv's two nearest platforms (Amazon Linux 2 has glibc 2.26; uv knows 2.17 and 2.28).

    Resolved from above; packages that then do not fit are held at the version that does from below. Raises the first
    failure, explained, where that leads nowhere.
    """
    held: dict[str, str] = {}
    for _ in range(_ROUNDS if lacks_wheel(failed.stderr) and floor(target) != ceiling(target) else 0):
        completed = compile_source(source, target, uv=uv, platform=ceiling(target), also="\n".join(held.values()))
        if completed.returncode != 0:
            break
        loose = _unfitting(parse_pylock(completed.stdout, label="uv's lock"), target)
        if not loose:
            return completed.stdout
        if not (lower := _below(loose, source, target=target, uv=uv)) or lower.keys() <= held.keys():
            break
        held |= lower
    raise failure(failed, source, target=target, uv=uv)


def _below(names: list[str], source: Source, *, target: Target, uv: Uv) -> dict[str, str]:
    """The versions of these packages that fit from below; empty where one has none."""
    wanted = "\n".join([*source.options, *names])
    completed = uv.compile("-", "--no-deps", *options(target, floor(target)), cwd=source.root, input=wanted)
    if completed.returncode != 0:
        return {}
    packages = parse_pylock(completed.stdout, label="uv's lock").packages
    return {package.name: f"{package.name}=={package.version}" for package in packages}


def options(target: Target, platform: str) -> tuple[str, ...]:
    """What every start of ``uv pip compile`` for a target is given: nothing is built."""
    python = ("--python-version", target.marker_environment["python_full_version"])
    return (*python, "--python-platform", platform, "--only-binary", ":all:")


def _platform(target: Target, minor: int) -> str:
    return f"{target.architecture.machine}-manylinux_{target.glibc[0]}_{minor}"


def _unfitting(pylock: Pylock, target: Target) -> list[str]:
    return [
        package.name
        for package in pylock.packages
        if not package.is_direct and not any(fits(wheel.filename, target) for wheel in package.wheels or ())
    ]
