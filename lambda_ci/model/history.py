"""What an alias ran, and where a version came from, as text in their descriptions on AWS: there is no state file.

    callers of the shop [lambda-ci: 14 < 12 < 9; not 13; init 14 812 ms]
    takes orders [lambda-ci: commit 1a2b3c4d5e6f, run 4711, config 9f8e7d6c]

What others wrote stays before the brackets. AWS takes 256 characters; where they do not suffice the oldest versions go first,
and only where ten are left the end of the note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

LIMIT = 256
"""Characters of a description."""
_LEAST = 10
"""Versions that stay whatever others wrote."""
_MARKED = re.compile(r"\s*\[lambda-ci: ([^\[\]]*)\]\s*\Z")
_BEFORE = " < "
_ABANDONED = "; not "
_INIT = re.compile(r"; init (\d+) (\d{1,7}) ms\Z")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_COMMIT_LENGTH = 12
_RUN = re.compile(r"[\w.:/-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class History:
    """The versions of an alias, newest first: the first is what it runs. Numbers as text, or $LATEST, which is not written down."""

    versions: tuple[str, ...] = ()
    abandoned: tuple[str, ...] = ()
    """What was rolled back from, newest first; not to be rolled back to."""
    init: tuple[str, int] | None = None
    """A version, and in how many milliseconds Lambda made its first environment ready."""
    note: str = ""
    """What others wrote."""

    @classmethod
    def parse(cls, description: str, *, runs: str) -> Self:
        """The history in an alias's description. ``runs``: the version it runs now, also where somebody else moved it there."""
        note, record = _parted(description)
        measured = _INIT.search(record)
        past, _, abandoned = record[: measured.start() if measured else None].partition(_ABANDONED.strip(" "))
        versions = _numbers(past)
        return cls(
            versions=_distinct(*filter(None, [runs]), *versions),
            abandoned=tuple(one for one in _numbers(abandoned) if one != runs),
            init=(measured[1], int(measured[2])) if measured else None,
            note=note,
        )

    def released(self, version: str, *, init_seconds: float | None = None) -> Self:
        """After a deployment; ``init_seconds``: how long its first environment took to be ready, where that is known."""
        return replace(
            self,
            versions=_distinct(version, *self.versions),
            abandoned=tuple(one for one in self.abandoned if one != version),
            init=None if init_seconds is None else (version, round(init_seconds * 1000)),
        )

    def init_seconds(self, version: str) -> float | None:
        """How long the first environment of a version took to be ready; ``None`` where that was not written down."""
        return self.init[1] / 1000 if self.init and self.init[0] == version else None

    def rolled_back(self, version: str) -> Self:
        """After going back to a version; what ran later is abandoned."""
        if version not in self.versions:
            return replace(self.released(version), abandoned=_distinct(*self.versions[:1], *self.abandoned))
        position = self.versions.index(version)
        left = self.versions[:position]
        return replace(self, versions=self.versions[position:], abandoned=_distinct(*left, *self.abandoned))

    def left(self, version: str) -> Self:
        """After giving up a version that got a part of the calls."""
        return replace(self, abandoned=_distinct(version, *self.abandoned))

    @property
    def previous(self) -> tuple[str, ...]:
        """What a rollback may go to, best first."""
        return tuple(one for one in self.versions[1:] if one not in self.abandoned)

    @property
    def text(self) -> str:
        """The description, at most 256 characters."""
        versions, abandoned = ([one for one in many if one.isdecimal()] for many in (self.versions, self.abandoned))
        while True:
            past = _BEFORE.join(versions) + (_ABANDONED + " ".join(abandoned) if abandoned else "")
            past += "; init {} {} ms".format(*self.init) if self.init and self.init[0] in versions else ""
            whole = len(self.note) + len(_joined("", past)) < LIMIT
            if whole or len(versions) + len(abandoned) <= _LEAST:
                return _joined(self.note, past)
            (abandoned if abandoned and len(versions) <= len(abandoned) + 1 else versions).pop()


@dataclass(frozen=True, kw_only=True)
class Record:
    """Where a version came from. What is not known is empty."""

    commit: str = ""
    """Hex, abbreviated."""
    base: str = ""
    """In the place of ``commit`` where the work tree had changes: the commit that they were made to."""
    run: str = ""
    """The run of the CI system, as it names it."""
    config: str = ""
    """Hex, abbreviated: tells whether two versions were declared alike."""

    @classmethod
    def parse(cls, description: str) -> Self:
        """The record in a version's description; empty where there is none."""
        words = dict(part.split(" ", 1) for part in _parted(description)[1].split(", ") if " " in part)
        return cls(
            commit=words.get("commit", ""),
            base=words.get("changed", ""),
            run=words.get("run", ""),
            config=words.get("config", ""),
        )

    def text(self, note: str) -> str:
        """The description of a version; ``note`` is the function's own, which this repeats."""
        commit, base = (
            one[:_COMMIT_LENGTH] if _COMMIT.fullmatch(one) else "" for one in (self.commit.lower(), self.base.lower())
        )
        parts = {
            "commit": commit,
            "changed": base,
            "run": self.run if _RUN.fullmatch(self.run) else "",
            "config": self.config[:8],
        }
        return _joined(_parted(note)[0], ", ".join(f"{name} {value}" for name, value in parts.items() if value))

    @property
    def place(self) -> str:
        """Where it stands among the commits: at one, or right after it."""
        return self.commit or self.base

    def is_of(self, commit: str) -> bool:
        """Whether the version came from that commit, which may be abbreviated."""
        known, asked = self.commit, commit.lower()
        return bool(known and _COMMIT.fullmatch(asked)) and (known.startswith(asked) or asked.startswith(known))


def last_recorded(description: str) -> str:
    """The version that an alias was moved to last by this tool, as its description has it; empty where nothing is recorded."""
    return next(iter(_numbers(_parted(description)[1].partition(_ABANDONED.strip(" "))[0])), "")


def describes(description: str, note: str) -> bool:
    """Whether a description is this note, alone or with the record of a version (for which the note may be cut)."""
    return description == note or Record.parse(description).text(note) == description


def _parted(description: str) -> tuple[str, str]:
    found = _MARKED.search(description)
    return (description[: found.start()], found[1]) if found else (description.rstrip(), "")


def _joined(note: str, record: str) -> str:
    """The note gives way: what it says can be read elsewhere."""
    if not record:
        return note[:LIMIT]
    marked = f"[lambda-ci: {record}]"
    room = LIMIT - len(marked) - 1
    note = note if len(note) <= room else f"{note[: max(room - 1, 0)]}…"
    return f"{note} {marked}" if note and room > 1 else marked


def _numbers(text: str) -> tuple[str, ...]:
    return _distinct(*re.findall(r"\d+", text))


def _distinct(*versions: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(versions))
