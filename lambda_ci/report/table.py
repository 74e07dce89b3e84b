"""The final table: one line for each function, in columns."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.report import cells, layers, measures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_ci.model.result import FunctionResult, RunResult


@dataclass(frozen=True)
class Column:
    """One column of the table. ``right`` aligns figures."""

    title: str
    cell: Callable[[FunctionResult], str]
    right: bool = False


DEPLOY = (
    Column("function", lambda one: one.name),
    Column("version", cells.version),
    Column("alias", cells.alias),
    Column("size", cells.package_size, right=True),
    Column("changed", cells.changed),
    Column("smoke", cells.smoke),
    Column("seconds", cells.duration, right=True),
)
BUILD = (
    Column("function", lambda one: one.name),
    Column("size", cells.package_size, right=True),
    Column("unpacked", lambda one: measures.size(one.build.unpacked_size) if one.build else cells.NOTHING, right=True),
    Column("files", lambda one: str(one.build.files) if one.build else cells.NOTHING, right=True),
    Column("seconds", cells.build_seconds, right=True),
    Column("bytecode", cells.bytecode),
    Column("imported", cells.imported),
    Column("package", lambda one: str(one.build.path) if one.build and not one.failure else "failed"),
)
STATUS = (
    Column("function", lambda one: one.name),
    Column("version", cells.version),
    Column("alias", cells.alias),
    Column("state", cells.state),
    Column("$LATEST", cells.latest),
    Column("arn", lambda one: one.function_arn or cells.NOTHING),
)
PLAN = (
    Column("function", lambda one: one.name),
    Column("size", cells.package_size, right=True),
    Column("changed", cells.changed),
    Column("changes", cells.changes),
)
ROLLBACK = (
    Column("function", lambda one: one.name),
    Column("version", cells.version),
    Column("alias", cells.alias),
    Column("changed", cells.changed),
    Column("smoke", cells.smoke),
    Column("seconds", cells.duration, right=True),
)
REMOVAL = (
    Column("function", lambda one: one.name),
    Column("removed", cells.removed),
    Column("kept", cells.kept),
)
PREVIEW = (
    Column("function", lambda one: one.name),
    Column("as", lambda one: one.function_name),
    Column("address", lambda one: one.url or cells.NOTHING),
    *DEPLOY[1:],
)
CHECK = (Column("function", lambda one: one.name), Column("name on AWS", lambda one: one.function_name))
COLUMNS = {
    "build": BUILD,
    "plan": PLAN,
    "status": STATUS,
    "check": CHECK,
    "rollback": ROLLBACK,
    "prune": REMOVAL,
    "destroy": REMOVAL,
    "preview up": PREVIEW,
    "preview down": REMOVAL,
    "preview sweep": REMOVAL,
}
_GAP = "  "


def columns(verb: str) -> Sequence[Column]:
    """The columns that a verb's table has."""
    return COLUMNS.get(verb, DEPLOY)


def table(result: RunResult) -> str:
    """The table of a verb as aligned text, without a last line feed; empty where there are no functions."""
    if not result.functions:
        return ""
    chosen = columns(result.verb)
    rows = [[column.title for column in chosen], *([c.cell(one) for c in chosen] for one in result.functions)]
    text = _aligned(rows, [column.right for column in chosen])
    of_layers = layers.rows(result) if result.verb == "build" else []
    return "\n".join([text, _aligned([layers.TITLES, *of_layers], layers.RIGHT)] if of_layers else [text])


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> str:
    cleaned = [[_clean(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*cleaned, strict=True)]
    return "\n".join(_line(row, widths, right) for row in cleaned)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = [
        " " * (width - _width(cell)) + cell if is_right else cell + " " * (width - _width(cell))
        for cell, width, is_right in zip(row, widths, right, strict=True)
    ]
    return _GAP.join(cells).rstrip()


def _clean(cell: str) -> str:
    """On one line, whatever a name or path has in it."""
    return "".join(char if char.isprintable() else "�" for char in cell)


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
