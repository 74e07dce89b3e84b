"""What an unquoted YAML word means: the core schema of YAML 1.2, less what would surprise.

``yes``, ``1:30``, ``1_000`` and dates are text, as YAML 1.2 has it. Numbers with a leading zero (``012``, account ids), numbers
beyond what JSON can carry, ``.inf`` and ``.nan`` are text as well.
"""

from __future__ import annotations

import math
import re

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})
_LONGEST = 300
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    return _number(text)


def _number(text: str) -> str | int | float:
    if len(text) > _LONGEST:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
