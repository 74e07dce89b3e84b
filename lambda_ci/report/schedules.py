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
    return [(one.name, _expression(schedule), runs(schedule)) for one in functions for schedule in one.schedules]


def runs(schedule: Upcoming) -> str:
    """``2026-11-23 17:00 (18:00), 2026-11-24 17:00 (18:00)``, in UTC and in local time, or in words where there are none."""
    if not schedule.enabled:
        return "none: it is disabled"
    if not schedule.known:
        return f"not known: this machine has no data of {schedule.timezone}"
    times = map(_both, schedule.runs, schedule.local) if _is_zoned(schedule) else schedule.runs
    return schedule.every or ", ".join(times) or "none any more"


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
    """``every`` for a rate, whose beginning nobody knows; then there are no runs. Time zones are EventBridge Scheduler's."""
    zoned: dict[str, JsonValue] = {"timezone": schedule.timezone, "next-runs-local": list(schedule.local)}
    return {
        "name": schedule.name,
        "expression": schedule.expression,
        "enabled": schedule.enabled,
        "every": schedule.every or None,
        "next-runs": list(schedule.runs),
        **(zoned if schedule.timezone else {}),
    }


def _expression(schedule: Upcoming) -> str:
    """With the time zone, if there is one."""
    return f"{schedule.expression} {schedule.timezone}" if _is_zoned(schedule) else schedule.expression


def _is_zoned(schedule: Upcoming) -> bool:
    return schedule.timezone not in {"", "UTC"}


def _both(utc: str, local: str) -> str:
    """Without the date again where that is the same."""
    day, _, time = local.partition(" ")
    return f"{utc} ({time if utc.startswith(day) else local})"
