"""The event that a schedule sends, as JSON. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue


def event_of(declared: JsonValue) -> str:
    """Empty where none is declared."""
    return "" if declared is None else json.dumps(declared, ensure_ascii=False, separators=(",", ":"))


def same_event(one: str, other: str) -> bool:
    """JSON that says the same."""
    try:
        return one == other or (bool(one) and bool(other) and bool(json.loads(one) == json.loads(other)))
    except ValueError:
        return False
