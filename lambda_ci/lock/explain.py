"""Why uv found no solution, in few words: what it said, which wheel is missing, what the runtime takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials
from lambda_ci.errors import BuildError
from lambda_ci.lock.pylock import parse_pylock
from lambda_ci.model.misfit import Misfit, accepted, fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.pylock import Package

    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target

_NO_WHEEL = (
    re.compile(r"Wheels are required for `(?P<name>[^`\s]+)`"),
    re.compile(r"Wheels are available for `(?P<name>[^`\s]+)`"),
    re.compile(r"only found wheels for `(?P<name>[^`\s]+)`"),
    re.compile(r"(?<![\w.\-])(?P<name>[A-Za-z0-9][\w.\-]*)(?P<version>==[^\s,]+)? (?:has|have) no (?:usable )?wheels"),
)
_NOISE = re.compile(r"^(warning: |Resolved |Using |Updating |\s*$)")
_LINES = 14
_WIDTH = 1000


def lacks_wheel(stderr: str) -> bool:
    """Whether a missing wheel is what uv complains about."""
    return bool(accused(stderr))


def cause(stderr: str) -> str:
    """What uv said, without its warnings and progress, credentials and excess length."""
    lines = [line.rstrip() for line in without_credentials(stderr).splitlines() if not _NOISE.match(line)]
    lines = [re.sub(r"^(error|hint): ", "", line) for line in lines]
    lines = [re.sub(r"^\s*(cause: )?", "", line) for line in lines]
    lines = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…" for line in lines]
    shown = lines[:_LINES] + (["…"] if len(lines) > _LINES else [])
    return "\n".join(shown) or "uv gave no reason"


def failure(completed: Completed, source: Source, *, target: Target, uv: Uv) -> BuildError:
    """The error for a resolution that failed. Asks uv once more where a wheel is missing, to say what there is instead."""
    said = cause(completed.stderr)
    name = source.path.name
    if not lacks_wheel(completed.stderr):
        return BuildError(
            f"the dependencies of {source.path} cannot be resolved for {target}",
            why=f"uv says: {said}",
            fix=_advice(said),
        )
    misfits = _misfits(completed.stderr, source, target=target, uv=uv)
    names = ", ".join(f"{one.name} {one.version}".strip() for one in misfits) or ", ".join(
        sorted(accused(completed.stderr))
    )
    lines = [*(one.line(target) for one in misfits), accepted(target), f"uv says: {said}"]
    return BuildError(f"{name}: no wheel of {names} runs on {target}", why="\n".join(lines), fix=_WHEEL_ADVICE)


_ADVICE = "correct the requirements; for a private index give UV_INDEX or --index-url and its credentials"
_ADVICE_ON = {
    "Building source distributions": "let lambda-ci build it (build.backend: auto), or name a wheel instead",
    "build backend returned an error": "see what it says: the source's metadata is prepared on this machine; give it what it misses "
    "(a compiler, a tool), or a version whose metadata needs no build",
    "Failed to initialize cache": "make uv's cache folder writable, or name another one in UV_CACHE_DIR",
    "No space left on device": "make room, or name another folder for uv's cache in UV_CACHE_DIR",
    "error sending request": "see whether that address can be reached from here (proxy, firewall), then try again; "
    "for a private index give UV_INDEX or --index-url",
    "Couldn't parse requirement": "correct the line",
    "Unexpected '": "correct the line; what goes on in the next one ends with a backslash",
    "Requested extra not found": "correct `extras`, or declare it there",
}
"""By what uv says."""
_WHEEL_ADVICE = (
    "allow a version that has such a wheel, choose another runtime or architecture, have it built "
    "(build.backend: auto), or name a wheel that you built (path or URL) in the requirements"
)


def _advice(said: str) -> str:
    return next((advice for words, advice in _ADVICE_ON.items() if words in said), _ADVICE)


def accused(stderr: str) -> dict[str, str]:
    """The packages that uv found no wheel of: name to version (``==1.0``), empty where uv names none."""
    found: dict[str, str] = {}
    for pattern in _NO_WHEEL:
        for match in pattern.finditer(stderr):
            version = match.groupdict().get("version") or ""
            name = match["name"].lower()
            found[name] = version or found.get(name, "")
    return {name: version for name, version in found.items() if name not in {"of", "versions"}}


def _misfits(stderr: str, source: Source, *, target: Target, uv: Uv) -> list[Misfit]:
    """Every file of the packages at fault and of all that are pinned; nothing where uv cannot tell."""
    missing = accused(stderr)
    wanted = "".join(f"{name}{version}\n" for name, version in missing.items())
    arguments = ("--universal", "--no-deps", "--python-version", target.python_version)
    survey = uv.compile(*source.files, "-", *source.arguments, *arguments, cwd=source.root, input=wanted)
    if survey.returncode != 0:
        return []
    packages = parse_pylock(survey.stdout, label="uv's survey").packages
    return _unfitting(packages, names=frozenset(missing) | source.pins, target=target)


def _unfitting(packages: Sequence[Package], *, names: frozenset[str], target: Target) -> list[Misfit]:
    found: list[Misfit] = []
    for package in packages:
        wheels = tuple(wheel.filename for wheel in package.wheels or ())
        if package.name in names and not package.is_direct and not any(fits(wheel, target) for wheel in wheels):
            source = "a source distribution" if package.sdist else ""
            found.append(Misfit(name=package.name, version=str(package.version or ""), wheels=wheels, source=source))
    return found
