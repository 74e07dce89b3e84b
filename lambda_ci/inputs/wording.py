"""Problems in plain words: what was expected, what was found, and what was probably meant. Secrets are never quoted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.inputs.located import Located

TEXT = "text"
INTEGER = "a whole number"
NUMBER = "a number"
BOOLEAN = "true or false"
MAPPING = "a mapping (KEY: value)"
LIST = "a list"
ENOUGH = 100
"""So many problems of one kind get a suggestion, and so many are shown."""
_LONGEST = 60
_SLIP = 0.85
"""How much alike a name and its misspelling are, at least."""
_YES = frozenset({"yes", "y", "on", "1"})
_NO = frozenset({"no", "n", "off", "0"})


def quoted(text: str) -> str:
    """Text in double quotes, on one line, not too long, and without the credentials of addresses."""
    return json.dumps(_cut(without_credentials(text)), ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def shown(node: Located) -> str:
    """A value as a message shows it; empty for a secret one."""
    if node.secret:
        return ""
    if isinstance(node.value, str):
        return quoted(node.value)
    if node.value is None:
        return "empty"
    if isinstance(node.value, dict | tuple):
        return "a mapping" if isinstance(node.value, dict) else "a list"
    return _cut(node.text or json.dumps(node.value))


def not_what(node: Located) -> str:
    """``, not "abc"``, or nothing for a secret value."""
    value = shown(node)
    return f", not {value}" if value else ""


def must_be(expected: Iterable[str], node: Located) -> str:
    """``must be a whole number, not "abc"``; with the advice to quote where YAML took text for something else."""
    kinds = list(dict.fromkeys(expected))
    if NUMBER in kinds:
        kinds = [kind for kind in kinds if kind != INTEGER]
    if kinds == [TEXT]:
        return _must_be_text(node)
    if kinds == [BOOLEAN] and isinstance(node.value, str) and (advice := _boolean_advice(node.value)):
        return f"must be true or false{not_what(node)}; write {advice}"
    return f"must be {' or '.join(kinds)}{not_what(node)}"


def _must_be_text(node: Located) -> str:
    if node.value is None:
        return 'has no value; write "" where empty text is meant'
    if not isinstance(node.value, int | float):
        return f"must be {TEXT}{not_what(node)}"
    kind = "the boolean" if isinstance(node.value, bool) else "the number"
    if node.secret:
        return f"must be text, but was read as {kind.replace('the', 'a')}; put it in double quotes"
    value = json.dumps(node.value)
    return f"{node.text or value} was read as {kind} {value}; write {quoted(node.text or value)}"


def _boolean_advice(text: str) -> str:
    if text.lower() in _YES:
        return "true"
    return "false" if text.lower() in _NO else ""


def within(minimum: float | None, maximum: float | None) -> str:
    """``between 1 and 900``."""
    if minimum is not None and maximum is not None:
        return f"between {minimum:g} and {maximum:g}" if minimum != maximum else f"{minimum:g}"
    return f"at least {minimum:g}" if minimum is not None else f"at most {maximum:g}"


def counted(minimum: float | None, maximum: float | None, count: int, noun: str) -> str:
    """``must have at most 256 characters, not 300``."""
    if minimum and not count:
        return "must not be empty"
    return f"must have {within(minimum or None, maximum)} {noun}, not {count}"


def one_of(choices: Iterable[str], node: Located) -> str:
    """``must be one of …, not "x"; did you mean …``."""
    known = list(choices)
    names = ", ".join(quoted(name) for name in known)
    meant = suggestion(node.value, known) if isinstance(node.value, str) and not node.secret else ""
    return f"must be {'one of ' if len(known) > 1 else ''}{names}{not_what(node)}{meant}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """``; did you mean "timeout"?``, or nothing. A known word in the name beats what only looks like the whole of it."""
    from difflib import get_close_matches

    by_folded, folded = {candidate.lower(): candidate for candidate in known}, name.lower()
    slips = get_close_matches(folded, by_folded, n=1, cutoff=_SLIP)
    words = [word for word in folded.split("-") if word in by_folded]
    close = slips or words or get_close_matches(folded, by_folded, n=1)
    return f"; did you mean {quoted(by_folded[close[0]])}?" if close else ""
