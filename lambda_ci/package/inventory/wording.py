"""What strangers wrote, made fit for a document: one line, printable, not too long."""

from __future__ import annotations

import re

from lambda_ci.adapters.url import public

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?")
_LONGEST_ADDRESS = 500


def line(words: object, longest: int = 300) -> str:
    """The words on one line, with an ellipsis where they are longer than that many characters."""
    if not isinstance(words, str):
        return ""
    start = words[: 4 * longest].encode("utf-8", "replace").decode()
    shown = _SPACE.sub(" ", start).strip()
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def address(words: str) -> str:
    """A web address as everybody may see it; empty where it is none."""
    if len(words) > _LONGEST_ADDRESS:
        return ""
    found = public(words.strip())
    return found if _ADDRESS.fullmatch(found) else ""
