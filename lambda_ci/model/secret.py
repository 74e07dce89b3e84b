"""The texts in which a secret can appear: line by line, and as it looks in JSON, in an address and in base64.

GitHub's runner compares lines; what it derives from a secret itself is not documented, so nothing is left to it.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CUT = "…"
"""Stands where a long text was cut."""
SHORTEST = 4
"""Characters: hiding shorter lines of a longer secret (a brace, say) would only hide the log."""
SHORTEST_ENCODED = 8
"""Characters: the base64 of less is found in texts that have nothing to do with it."""
_NAMED = re.compile(r"(?i)secret|token|passw|pwd|credential|private|(^|_)key($|_)|(^|_)dsn$")
_ACCOUNT = re.compile(r"\d{12}")
_GROUP = 3
"""Bytes that become four characters."""


def names_secret(name: str) -> bool:
    """Whether a variable of this name most likely holds one: ``API_KEY``, ``DB_PASSWORD``."""
    return bool(_NAMED.search(name))


def without_beginnings(text: str, secrets: Iterable[str]) -> str:
    """The text without what is left of a secret where the text was cut within it."""
    *cut, rest = text.split(CUT)
    return CUT.join((*(_without_beginning(part, secrets) for part in cut), rest))


def _without_beginning(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        for length in range(min(len(secret), len(text)), SHORTEST_ENCODED - 1, -1):
            if text.endswith(secret[:length]):
                return f"{text[:-length]}***"
    return text


def lines(secret: str) -> tuple[str, ...]:
    """Its lines without white space around them, each once; short ones only where there are no others.

    None for the number of an AWS account: it is in every ARN, and GitHub drops outputs that contain what is masked.
    """
    found = [line for line in map(str.strip, secret.splitlines()) if line and not _ACCOUNT.fullmatch(line)]
    return tuple(dict.fromkeys([line for line in found if len(line) >= SHORTEST] or found))


def forms(secret: str) -> tuple[str, ...]:
    """Its lines, and what becomes of them and of the whole. Each once, all on one line."""
    plain = lines(secret)
    whole = secret.strip()
    several = [whole] if len(plain) > 1 or "\n" in whole else []
    derived = [form for text in (*plain, *several) if len(text) >= SHORTEST for form in _derived(text)]
    return tuple(dict.fromkeys(form for form in (*plain, *derived) if len(form.splitlines()) == 1))


def _derived(text: str) -> Iterator[str]:
    for in_ascii in (True, False):
        yield json.dumps(text, ensure_ascii=in_ascii)[1:-1]
    data = text.encode(errors="replace")
    yield from (quote(data, safe=""), quote(data), quote_plus(data))
    if len(text) >= SHORTEST_ENCODED:
        yield from (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())
        yield from _within_base64(data)


def _within_base64(data: bytes) -> Iterator[str]:
    """What is sure to be in the base64 of any text with the secret in it, wherever it begins: that of its whole groups."""
    for start in range(_GROUP):
        whole = len(data[start:]) // _GROUP * _GROUP
        encoded = base64.b64encode(data[start : start + whole])
        if len(encoded) >= SHORTEST_ENCODED:
            yield encoded.decode()
            yield encoded.translate(bytes.maketrans(b"+/", b"-_")).decode()
