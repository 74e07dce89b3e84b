"""What Lambda polls for each function, and how it goes, as people and machines read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

    from lambda_ci.model.result import FunctionResult, Polled


def lines(functions: Iterable[FunctionResult]) -> str:
    """A paragraph for people; empty where nothing is polled."""
    found = [f"  {one.name}: {polled.source}: {_state(polled)}" for one in functions for polled in one.event_sources]
    return "\n".join(["event sources", *found]) if found else ""


def members(one: FunctionResult) -> dict[str, JsonValue]:
    """Only where there are any. A source without a mapping has no state."""
    told: list[JsonValue] = [
        {
            "source": polled.source,
            "mapping": polled.mapping or None,
            "state": polled.state or None,
            "last-processing-result": polled.result or None,
        }
        for polled in one.event_sources
    ]
    return {"event-sources": told} if told else {}


def _state(polled: Polled) -> str:
    """``Enabled (No records processed)``."""
    text = f"{polled.state} ({polled.result})" if polled.result else polled.state or "no mapping: deploy makes it"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
