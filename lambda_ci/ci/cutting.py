"""A summary that is too long for its place: cut so that what is left is whole Markdown, and says that it was cut."""

from __future__ import annotations

import re

CUT = "\n\n…\n\n*This summary was cut: GitHub takes 1 MiB at most. The log has all of it.*\n"
_FENCE = re.compile(r"`{3,}")


def cut(markdown: str, *, room: int) -> bytes:
    """The summary in UTF-8, at most ``room`` bytes of it, ending with a line feed. If it was cut, it ends after a whole line (a whole
    character, where one line fills it), what was open there is closed, and a notice says so. Empty where not even that has room."""
    whole = (markdown if markdown.endswith("\n") else f"{markdown}\n").encode(errors="replace")
    if len(whole) <= room:
        return whole
    ending = CUT
    while (left := room - len(ending.encode())) >= 0:
        kept = whole[:left].decode(errors="ignore")
        kept = kept.rpartition("\n")[0] or kept
        needed = _closing(kept) + CUT
        if len(needed) <= len(ending):
            return (kept + needed).encode()
        ending = needed
    return b""


def _closing(markdown: str) -> str:
    """What ends the code block and the folded parts that are open at the end of a text of ours."""
    fence, folded = "", 0
    for line in markdown.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif found := _FENCE.match(line):
            fence = found[0]
        else:
            folded += line.startswith("<details>") - line.startswith("</details>")
    return (f"\n{fence}" if fence else "") + "\n\n</details>" * folded
