"""What functions answered, made fit for a sentence: one line, short, and without anything that a terminal or a CI log obeys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

LONGEST = 200
"""Characters of one quotation."""


def quoted(value: JsonValue) -> str:
    """A JSON value."""
    try:
        return safe(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return "(nested too deeply to show)"


def quoted_bytes(payload: bytes) -> str:
    """A raw answer."""
    return safe(payload.decode("utf-8", "replace")) if payload else "nothing"


def safe(text: str) -> str:
    """The text, with escapes for what is not printable, cut after ``LONGEST`` characters."""
    line = "".join(_visible(character) for character in text[: LONGEST + 1])
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
