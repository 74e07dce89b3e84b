"""What GitHub's runner takes for a command in a log, and what for text.

Source: actions/runner v2.336, ``ActionCommand.TryParseV2``, ``ActionCommand.TryParse``, ``ActionCommandManager``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REGISTERED = frozenset([
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
])


@dataclass(frozen=True)
class Command:
    """One command the runner acts on."""

    name: str
    properties: Mapping[str, str]
    data: str


def commands(log: str) -> Iterator[Command]:
    """The commands in a log. Where they are stopped, only the token is one."""
    stopped = ""
    for line in re.split(r"\r\n|\n|\r", log):
        known = REGISTERED | {stopped.lower()} if stopped else REGISTERED
        command = _second(line, known) or _first(line, known)
        if command is None:
            continue
        if stopped:
            stopped = "" if command.name == stopped.lower() else stopped
            continue
        if command.name == "stop-commands":
            stopped = command.data
        yield command


def _second(line: str, known: frozenset[str]) -> Command | None:
    """``::name key=value,key=value::data``."""
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    head, _, data = line[2:].partition("::")
    name, _, properties = head.partition(" ")
    if name.lower() not in known:
        return None
    pairs = (pair.partition("=") for pair in properties.split(",") if "=" in pair)
    found = {key.strip(): _property(value) for key, _, value in pairs}
    return Command(name.lower(), found, _data(data))


def _first(line: str, known: frozenset[str]) -> Command | None:
    """``##[name key=value;key=value]data``, anywhere in a line."""
    match = re.search(r"##\[(?P<head>[^\]]*)\](?P<data>.*)", line, re.DOTALL)
    name = match["head"].partition(" ")[0].lower() if match else ""
    return Command(name, {}, match["data"]) if match and name in known else None


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def _property(text: str) -> str:
    return _data(text.replace("%3A", ":").replace("%2C", ","))
