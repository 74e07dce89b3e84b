"""Older poetry.lock files do not say which package belongs to which group: what the project asks for is followed through them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from lambda_ci.errors import BuildError
from lambda_ci.lock.reading import table, tables, texts
from lambda_ci.lock.selection import Selection, has

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lambda_ci.model.target import Target


def applies(marker: str, target: Target, *, extras: Sequence[str] = ()) -> bool:
    """Whether a marker holds on the target, for any of the extras. Raises BuildError for what is none."""
    if not marker:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    environment = {key: str(value) for key, value in target.marker_environment.items()}
    try:
        parsed = Marker(marker)
        return any(parsed.evaluate({**environment, "extra": extra}) for extra in extras or ("",))
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise BuildError(f"{marker!r} is not a marker", why=str(error), fix="write the lock again") from error


def walk(
    document: Mapping[str, Any], project: Mapping[str, Any], *, target: Target, selection: Selection, path: Path
) -> list[dict[str, Any]]:
    """The packages that the main group and the chosen ones need on the target, by name. Raises BuildError."""
    poetry = table(table(project.get("tool")).get("poetry"))
    if not poetry:
        raise BuildError(
            f"{path} is of an older format, which needs the project's pyproject.toml beside it",
            why="it does not say which package belongs to which group",
            fix="put it there, or write the lock again with Poetry 2",
        )
    wanted = {name for extra, names in table(document.get("extras")).items() if has(selection.extras, extra)
              for name in map(_name, texts(names))}  # fmt: skip
    graph = _Graph(packages=tables(document.get("package", [])), target=target, path=path)
    for declared in _declared(poetry, selection):
        graph.follow(declared, extras=(), wanted=wanted)
    return [graph.chosen[key] for key in sorted(graph.chosen)]


@dataclass
class _Graph:
    packages: Sequence[dict[str, Any]]
    target: Target
    path: Path
    chosen: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def follow(self, declared: Mapping[str, Any], *, extras: Sequence[str], wanted: Iterable[str]) -> None:
        """Take what is declared, if it is for the target, with all that it needs. Ends also where packages need each other."""
        waiting = [*self._demands(declared, extras=extras, wanted=wanted)]
        while waiting:
            name, constraint, asked = waiting.pop()
            package = self._package(name, constraint)
            key = (name, str(package.get("version")))
            self.chosen[key] = package
            for extra in ("", *asked):
                if (*key, extra) not in self.seen:
                    self.seen.add((*key, extra))
                    waiting += self._needs(package, extra)

    def _needs(self, package: Mapping[str, Any], extra: str) -> Iterator[tuple[str, str, Sequence[str]]]:
        offered = table(package.get("extras"))
        wanted = [_name(one) for key, names in offered.items() if extra and has([extra], key) for one in texts(names)]
        yield from self._demands(table(package.get("dependencies")), extras=(extra,), wanted=wanted)

    def _demands(
        self, declared: Mapping[str, Any], *, extras: Sequence[str], wanted: Iterable[str]
    ) -> Iterator[tuple[str, str, Sequence[str]]]:
        wanted = set(wanted)
        for name, what in declared.items():
            canonical = canonicalize_name(name)
            for one in tables(what) or [{"version": str(what)}]:
                if canonical == "python" or (one.get("optional") and canonical not in wanted):
                    continue
                if self._is_for_target(one, extras):
                    yield canonical, str(one.get("version", "*")), texts(one.get("extras"))

    def _is_for_target(self, one: Mapping[str, Any], extras: Sequence[str]) -> bool:
        python = self.target.marker_environment["python_full_version"]
        platform = one.get("platform")
        return (
            applies(str(one.get("markers", "")), self.target, extras=extras)
            and allows(str(one.get("python", "*")), python)
            and platform in {None, "linux"}
        )

    def _package(self, name: str, constraint: str) -> dict[str, Any]:
        found = [package for package in self.packages if canonicalize_name(str(package.get("name"))) == name]
        fitting = [package for package in found if allows(constraint, str(package.get("version")))]
        for package in fitting or found:
            return package
        raise BuildError(
            f"{self.path} has no {name}, which is needed on {self.target}", fix="write it again with `poetry lock`"
        )


def allows(constraint: str, version: str) -> bool:
    """Whether Poetry's constraint takes a version; one that cannot be read takes any."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return any(
            SpecifierSet(",".join(map(_specifier, re.split(r"\s*,\s*|\s+(?=[<>=!^~])", part.strip())))).contains(
                version, prereleases=True
            )
            for part in re.split(r"\s*\|\|?\s*", constraint)
        )
    except (InvalidSpecifier, ValueError):
        return True


def _specifier(text: str) -> str:
    """``^1.2`` → ``>=1.2,<2``; ``~1.2`` → ``>=1.2,<1.3``; ``1.2.*`` → ``==1.2.*`` (python-poetry.org, dependency specification)."""
    text = re.sub(r"\s+", "", text)
    if text in {"", "*"}:
        return ""
    if text[0] == "^":
        numbers = _numbers(text[1:])
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return f">={text[1:]},<{_next(numbers, place)}"
    if text[0] == "~" and text[1:2] != "=":
        numbers = _numbers(text[1:])
        return f">={text[1:]},<{_next(numbers, min(1, len(numbers) - 1))}"
    return text if text[0] in "<>=!~" and not re.fullmatch(r"=[^=].*", text) else f"=={text.lstrip('=')}"


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.match(r"[\d.]*", text)[0].strip(".").split(".")]  # type: ignore[index]


def _next(numbers: Sequence[int], place: int) -> str:
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))


def _declared(poetry: Mapping[str, Any], selection: Selection) -> Iterator[Mapping[str, Any]]:
    yield table(poetry.get("dependencies"))
    groups = {name: table(table(group).get("dependencies")) for name, group in table(poetry.get("group")).items()}
    older = table(poetry.get("dev-dependencies"))
    for name, declared in [*groups.items(), ("dev", older)]:
        if has(selection.groups, name):
            yield declared


def _name(requirement: str) -> str:
    """``six (>=1)`` → ``six``."""
    return canonicalize_name(re.split(r"[\s\[;(<>=!~]", requirement.strip(), maxsplit=1)[0])
