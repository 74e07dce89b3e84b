"""What CI systems take for their own in the text of a log, as their sources read it.

GitLab: lib/gitlab/regex.rb, ``build_trace_section_regex``. Azure: azure-pipelines-agent, ``Command.TryParse``: the first ``##vso[``
anywhere in a line, and the first ``]`` behind it; comparing may skip signs that nobody sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECTION = re.compile(r"section_(start|end):(\d+):([a-zA-Z0-9_.-]+)(?:\[([^\]]*)\])?\r\x1b\[0K")
_COMMAND = re.compile(r"##vso\[([^\]]*)\](.*)", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"[^\n\x20-\x7e]")
_UNESCAPES = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%AZP25", "%"))


@dataclass(frozen=True)
class Section:
    """One marker; ``options`` as written between brackets."""

    kind: str
    timestamp: int
    name: str
    options: str


def sections(log: str) -> list[Section]:
    return [Section(kind, int(time), name, options or "") for kind, time, name, options in _SECTION.findall(log)]


@dataclass(frozen=True)
class AgentCommand:
    """``name``: ``task.logissue``."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    data: str = ""


def agent_commands(log: str) -> Iterator[AgentCommand]:
    """The commands of every line, also those that only an agent sees which skips all but printable ASCII."""
    for line in re.split(r"\r\n?|\n", log):
        found = _COMMAND.search(line) or _COMMAND.search(_UNSEEN.sub("", line))
        if found:
            name, _, listed = found[1].strip().partition(" ")
            pairs = (entry.partition("=") for entry in listed.split(";") if "=" in entry)
            yield AgentCommand(name, {key.strip(): _plain(value) for key, _, value in pairs}, _plain(found[2]))


def formatted(log: str) -> list[str]:
    """``##[group]``, ``##[error]``: the words in the brackets, wherever they stand."""
    return re.findall(r"##\[([^\]\n]*)\]", _UNSEEN.sub("", log))


def _plain(text: str) -> str:
    for escaped, sign in _UNESCAPES:
        text = text.replace(escaped, sign)
    return text
