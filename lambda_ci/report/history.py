"""What an alias ran, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.model.result import FunctionResult, Past

_SHOWN = 10


def histories(functions: Iterable[FunctionResult]) -> str:
    """A paragraph for each function that has one, newest first; empty where none has."""
    return "\n\n".join(_history(one) for one in functions if one.history)


def _history(one: FunctionResult) -> str:
    lines = [f"{one.name}: what {one.alias} ran", *map(_line, one.history[:_SHOWN])]
    rest = len(one.history) - _SHOWN
    return "\n".join([*lines, f"  … and {rest} before"] if rest > 0 else lines)


def _line(past: Past) -> str:
    facts = [
        past.published[:19].replace("T", " "),
        past.commit and f"commit {past.commit}",
        past.run and f"run {past.run}",
        past.config and f"config {past.config}",
    ]
    said = "  ".join(filter(None, [*facts, "rolled back" if past.abandoned else ""]))
    return f"  {past.version:>6}  {said}".rstrip()
