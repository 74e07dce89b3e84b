"""Which paths may go into a package: plain relative ones, with ``/`` between the parts, that every unzip takes."""

from __future__ import annotations

import re

_LONGEST_PART = 255
_LONGEST_PATH = 4000
"""Bytes: Linux takes 255 in a name and 4096 in a path, which begins with ``/var/task/`` on Lambda."""

_ODD = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|$)")


def fault(path: str) -> str:
    """What is wrong with a path inside a package; empty if nothing is."""
    if odd := _ODD.search(path):
        return _reason(path, odd[0])
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    too_long = len(encoded) > _LONGEST_PART and (
        len(encoded) > _LONGEST_PATH or max(map(len, encoded.split(b"/"))) > _LONGEST_PART
    )
    return "is longer than Linux takes" if too_long else ""


def _reason(path: str, odd: str) -> str:
    if odd == "\\":
        return "contains a backslash"
    if len(odd) == 1 and odd not in "./":
        return "contains a control character"
    if odd.endswith(":"):
        return "begins with a drive letter"
    if path.startswith("/"):
        return "is absolute"
    return "contains `..`" if ".." in path.split("/") else "has an empty part, or `.` for one"
