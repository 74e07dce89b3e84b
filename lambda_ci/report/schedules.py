"""When schedules run next, as people and machines read it. Times are in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import JsonValue

    from lambda_ci.model.result import FunctionResult, Upcoming

TITLES = ("function", "schedule", "next runs (UTC)")


def rows(functions: Iterable[FunctionResult]) -> list[Sequence[str]]:
    """One for each schedule."""
    return [(one.name, schedule.expression, runs(schedule)) for one in functions for schedule in one.schedules]


def runs(schedule: Upcoming) -> str:
    """``2026-11-23 18:00, 2026-11-24 18:00``, or in words where there are none."""
    if not schedule.enabled:
        return "none: it is disabled"
    return schedule.every or ", ".join(schedule.runs) or "none any more"


def lines(functions: Iterable[FunctionResult]) -> str:
    """A paragraph for people; empty where nothing is scheduled."""
    found = [f"  {name}: {expression}: {when}" for name, expression, when in rows(functions)]
    return "\n".join(["next scheduled runs (UTC)", *found]) if found else ""


def triggers(one: FunctionResult) -> dict[str, JsonValue]:
    """Only where there are any. ``triggers-off``: those that a preview does not have."""
    off: list[JsonValue] = [*one.plan.off] if one.plan else []
    return {
        **({"schedules": [_members(each) for each in one.schedules]} if one.schedules else {}),
        **({"triggers-off": off} if off else {}),
    }


def _members(schedule: Upcoming) -> dict[str, JsonValue]:
    """``every`` for a rate, whose beginning nobody knows; then there are no runs."""
    return {
        "name": schedule.name,
        "expression": schedule.expression,
        "enabled": schedule.enabled,
        "every": schedule.every or None,
        "next-runs": list(schedule.runs),
    }
