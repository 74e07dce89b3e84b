"""The pages that people read, and what is quoted in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHECKOUT = Path(__file__).resolve().parents[2]
README = CHECKOUT / "README.md"
GENERATED = {"reference.md"}
PAGES = (
    README,
    CHECKOUT / "CHANGELOG.md",
    *(page for page in sorted((CHECKOUT / "docs").glob("*.md")) if page.name not in GENERATED),
    *sorted((CHECKOUT / "examples").glob("*/README.md")),
)
ACTION: Mapping[str, Any] = yaml.safe_load((CHECKOUT / "action.yml").read_text("utf-8"))
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(?:\w+=\S+ )*lambda-ci (.*)$", re.MULTILINE)
_TYPED = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*lambda-ci (.*)$", re.MULTILINE)
_INLINE = re.compile(r"`lambda-ci ([^`]*)`")
_SHELLS = frozenset({"", "sh", "bash", "console"})


@dataclass(frozen=True)
class Snippet:
    """Something quoted on a page."""

    page: Path
    text: str

    def __str__(self) -> str:
        lines = self.text.strip().splitlines()
        return (
            f"{named(self.page)}:{lines[0]}…{lines[-1].strip()}" if len(lines) > 1 else f"{named(self.page)}:{lines[0]}"
        )


def named(page: Path) -> str:
    """Its path in the checkout."""
    return str(page.relative_to(CHECKOUT))


def fenced(page: Path, *languages: str) -> Iterator[Snippet]:
    """Blocks between fences."""
    for language, text in _FENCE.findall(page.read_text("utf-8")):
        if language in languages:
            yield Snippet(page, text)


def indented(page: Path) -> Iterator[Snippet]:
    """Command lines of lambda-ci that stand as indented code, without the program's name."""
    for text in _INDENTED.findall(_FENCE.sub("", page.read_text("utf-8"))):
        yield Snippet(page, text)


def shell(page: Path) -> Iterator[Snippet]:
    """Command lines of lambda-ci between fences."""
    for block in fenced(page, *_SHELLS):
        for text in _TYPED.findall(block.text.replace("\\\n", " ")):
            yield Snippet(page, text)


def inline(page: Path) -> Iterator[Snippet]:
    """Command lines of lambda-ci within a sentence."""
    for text in _INLINE.findall(_FENCE.sub("", page.read_text("utf-8"))):
        yield Snippet(page, text)


def anchors(page: Path) -> set[str]:
    """What links can name in a page, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
