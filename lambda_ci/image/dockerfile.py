"""A Dockerfile as far as it must be understood: what it begins with, and what the engine's own builder cannot do.

Source: the Dockerfile reference. Instructions are lines, continued by a backslash; comments and empty lines do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ESCAPE = re.compile(r"#\s*escape\s*=\s*(?P<mark>[\\`])\s*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::(?P<kind>[-+])(?P<other>[^}]*))?\}|(?P<plain>\w+))")
_FROM = re.compile(r"(?:--platform=\S+\s+)?(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*", re.IGNORECASE)
_ARGUMENT = re.compile(r"(?:\"[^\"]*\"|'[^']*'|\S)+")
_COPIED = re.compile(r"--from=(?P<image>\S+)")
_BUILDKIT = (
    ("RUN", re.compile(r"(?:--\w+(?:=\S+)?\s+)*?(?P<found>--(?:mount|network|security))\b")),
    ("COPY", re.compile(r"(?:--\S+\s+)*?(?P<found>--(?:link|chmod|parents|exclude))\b")),
    ("ADD", re.compile(r"(?:--\S+\s+)*?(?P<found>--(?:link|chmod|checksum|keep-git-dir|exclude))\b")),
    ("RUN", re.compile(r"(?<!<)(?P<found><<)-?[\"']?[A-Za-z_]")),
    ("COPY", re.compile(r"(?<!<)(?P<found><<)-?[\"']?[A-Za-z_]")),
)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Every instruction, its name in capitals, and what follows it on one line."""
    lines = text.splitlines()
    found = _ESCAPE.fullmatch(lines[0].strip()) if lines else None
    mark, pending = (found["mark"] if found else "\\"), ""
    for raw in lines:
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.endswith(mark):
            pending += line[:-1] + " "
            continue
        yield _taken_apart(pending + line)
        pending = ""
    if pending.strip():
        yield _taken_apart(pending)


def _taken_apart(line: str) -> tuple[str, str]:
    name, *rest = line.strip().split(None, 1)
    return name.upper(), "".join(rest).strip()


def bases(text: str, arguments: Mapping[str, str]) -> tuple[str, ...]:
    """The images that it takes from registries, in order: those of FROM, and of ``COPY --from``."""
    values: dict[str, str] = {}
    stages: set[str] = set()
    found: dict[str, None] = {}
    has_begun = False
    for name, rest in instructions(text):
        if name == "ARG" and not has_begun:
            for key, default in _declared(rest):
                values[key] = arguments.get(key, _filled(default, values))
        elif name == "FROM" and (match := _FROM.fullmatch(rest)):
            has_begun = True
            image = _filled(match["image"], values)
            if image.lower() not in stages and image != "scratch":
                found[image] = None
            stages.add((match["stage"] or "").lower())
        elif name in {"COPY", "ADD"} and (match := _COPIED.search(rest)):
            image = match["image"]
            if image.lower() not in stages and not image.isdigit() and "$" not in image:
                found[image] = None
    return tuple(found)


def _declared(rest: str) -> Iterator[tuple[str, str]]:
    """``A=1 B="two"``: names and defaults."""
    for found in _ARGUMENT.finditer(rest):
        key, _, default = found[0].partition("=")
        yield key, default.strip("\"'")


def needs_buildkit(text: str) -> str:
    """The first thing in it that only BuildKit can do, such as ``RUN --mount``; empty where there is none."""
    for name, rest in instructions(text):
        for instruction, pattern in _BUILDKIT:
            if name == instruction and (
                match := pattern.match(rest) or ("<<" in pattern.pattern and pattern.search(rest))
            ):
                return f"{name} {match['found']}"
    return ""


def _filled(text: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        given = values.get(match["braced"] or match["plain"], "")
        if match["kind"] == "+":
            return match["other"] if given else ""
        return given or match["other"] or ""

    return _VARIABLE.sub(value, text).strip("\"'")
