"""Text made safe for GitHub-flavoured Markdown, also where strangers wrote it. https://github.github.com/gfm/"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambda_ci.console import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "#": "&#35;"})
_MENTIONS = re.compile(r"(?<![0-9A-Za-z])@(?=[0-9A-Za-z])|&#35;(?=[0-9])|\bgh-(?=[0-9])", re.IGNORECASE)
"""Forges look for people and issues in the finished text, where entities are characters again: a space without width is between."""
_BETWEEN = "&#8203;"
_LINKS = (("://", "&#58;//"), ("www.", "www&#46;"))
_PUNCTUATION = re.compile(r"([\\`*_\[\]|~$])")


def escape(text: str) -> str:
    """Text that shows as it is, on one line, within a line of Markdown."""
    line = _PUNCTUATION.sub(r"\\\1", html(text))
    for plain, entity in _LINKS:
        line = line.replace(plain, entity)
    return line


def html(text: str) -> str:
    """Text that shows as it is, on one line, within an HTML element, where Markdown's own marks do not count."""
    line = " ".join(visible(text).split()).translate(_ENTITIES)
    return _MENTIONS.sub(lambda found: f"{found[0]}{_BETWEEN}", line)


def fence(text: str) -> str:
    """A code block that nothing in the text can end."""
    text = visible(text).strip("\n")
    longest = max(map(len, re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}text\n{text}\n{ticks}"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> str:
    """A table; cells are escaped, the columns numbered in ``right`` (from 0) hold figures."""
    numbers = frozenset(right)
    rule = ["--:" if index in numbers else ":--" for index in range(len(titles))]
    lines = [[escape(title) for title in titles], rule, *([escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
