"""Resolving where some packages have no wheel: those are taken as sources, and no others."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.lock.compile import ceiling, floor, options
from lambda_ci.lock.explain import accused, failure
from lambda_ci.lock.pylock import parse_pylock
from lambda_ci.model.misfit import fits

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.pylock import Pylock

    from lambda_ci.adapters.process import Completed
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.demand import Source
    from lambda_ci.model.target import Target

_ROUNDS = 24
_FORBIDDEN = re.compile(r"Building source distributions for `(?P<name>[^`\s]+)` is disabled")
_NAMELESS = re.compile(r"Building source distributions is disabled")
_SOURCELESS = re.compile(r"(has|have) no source distribution|A source distribution is required for")
_ALL = ("--only-binary", ":all:")


def with_sources(failed: Completed, source: Source, *, target: Target, uv: Uv) -> str:
    """The lock. ``failed`` is how uv ended when it was allowed wheels only. Raises BuildError where there is no solution.

    A package without a pin keeps backing off to a version that has a wheel; only where no version that may be taken has one,
    it becomes a source. uv learns what a source depends on by preparing its build on this machine.
    """
    search = _Search(source=source, target=target, uv=uv)
    completed = failed
    for _ in range(_ROUNDS):
        if completed.returncode == 0 and search.is_done(parse_pylock(completed.stdout, label="uv's lock")):
            return completed.stdout
        if completed.returncode != 0 and not search.give_way(completed.stderr):
            break
        completed = search.compile()
    said = failed if _SOURCELESS.search(completed.stderr) else completed
    raise failure(said, source, target=target, uv=uv)


@dataclass(kw_only=True)
class _Search:
    source: Source
    target: Target
    uv: Uv
    built: set[str] = field(default_factory=set)
    """Names that are taken as sources."""
    held: set[str] | None = None
    """Names that must be wheels; ``None``: all others. A folder that does not say its name allows no such rule for all."""
    fresh: set[str] = field(default_factory=set)
    """Names of folders, whose dependencies uv must not remember; offline it knows no other way."""
    pins: dict[str, str] = field(default_factory=dict)

    def compile(self) -> Completed:
        """Ask uv with what is known by now."""
        flags = _ALL if self.held is None else _flags("--only-binary", self.held)
        fresh = set() if self.uv.environ.get("UV_OFFLINE") else self.fresh
        flags = (*flags, *_flags("--no-binary", self.built), *_flags("--refresh-package", fresh))
        platform = ceiling(self.target) if self.pins else floor(self.target)
        also = "\n".join(self.pins.values())
        files = (*self.source.files, "-") if also else self.source.files
        where = options(self.target, platform)[: -len(_ALL)]
        return self.uv.compile(*files, *self.source.arguments, *where, *flags, cwd=self.source.root, input=also)

    def give_way(self, stderr: str) -> bool:
        """Allow what uv complains about; says whether that is anything new."""
        named = {found["name"].lower() for found in _FORBIDDEN.finditer(stderr)}
        if more := (named | accused(stderr).keys()) - self.built:
            self.built |= more
            self.held = None if self.held is None else self.held - more
            return True
        if self.held is None and _NAMELESS.search(stderr):
            self.held = set()
            return True
        return False

    def is_done(self, found: Pylock) -> bool:
        """Whether this is the answer. If it is not, the next question is a better one."""
        folders = _changing_folders(found, self.source)
        if folders - self.fresh:
            self.fresh |= folders
            return False
        others = {str(package.name) for package in found.packages if not package.is_direct} - self.built
        if self.held is not None and not others <= self.held:
            self.held |= others
            return False
        return not self._takes_back(found)

    def _takes_back(self, found: Pylock) -> bool:
        """A wheel may be newer than what uv was asked for and still fit (see ``compile``): then nothing is built."""
        versions = {str(one.name): f"{one.name}=={one.version}" for one in found.packages if not one.is_direct}
        fitting = {name for name in self.built & versions.keys() if self._has_wheel(versions[name])}
        if not fitting:
            return False
        self.built -= fitting
        self.pins |= {name: pin for name, pin in versions.items() if name in fitting or name not in self.built}
        return True

    def _has_wheel(self, requirement: str) -> bool:
        if floor(self.target) == ceiling(self.target):
            return False
        wanted = "\n".join([*self.source.options, requirement])
        where = options(self.target, ceiling(self.target))
        answer = self.uv.compile("-", "--no-deps", *where, cwd=self.source.root, input=wanted)
        if answer.returncode != 0:
            return False
        wheels = [
            wheel for one in parse_pylock(answer.stdout, label="uv's lock").packages for wheel in one.wheels or ()
        ]
        return any(fits(wheel.filename, self.target) for wheel in wheels)


def has_changing_folders(text: str, source: Source) -> bool:
    """Whether a lock names folders whose dependencies only their build tells: uv does not notice that they changed."""
    return bool(_changing_folders(parse_pylock(text, label="uv's lock"), source))


def _changing_folders(found: Pylock, source: Source) -> set[str]:
    folders = {str(package.name): package.directory.path for package in found.packages if package.directory}
    return {name for name, path in folders.items() if not _says_all(source.root / path / "pyproject.toml")}


def _says_all(path: Path) -> bool:
    """Whether a pyproject.toml tells the dependencies itself (PEP 621)."""
    try:
        project = tomllib.loads(path.read_text("utf-8")).get("project")
    except (OSError, ValueError, RecursionError):
        return False
    dynamic = project.get("dynamic", ()) if isinstance(project, dict) else ("dependencies",)
    return not {"dependencies", "optional-dependencies"} & {str(one) for one in dynamic}


def _flags(option: str, names: set[str]) -> tuple[str, ...]:
    return tuple(word for name in sorted(names) for word in (option, name))
