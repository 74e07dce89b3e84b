"""What no schema can say about schedules: expressions, time zones, and what EventBridge Scheduler needs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from lambda_ci.inputs.interpolate import has_placeholder
from lambda_ci.inputs.located import plain
from lambda_ci.inputs.wording import not_what, shown, suggestion
from lambda_ci.model.problem import Severity
from lambda_ci.model.schedule import LONGEST, At, Rate, Unschedulable, local_time, parse
from lambda_ci.model.scheduler_role import in_words
from lambda_ci.model.spec.triggers import LOCAL_TIME, SCHEDULERS, TIME_ZONE
from lambda_ci.model.time_zones import UnknownZone, instant, zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem
    from lambda_ci.model.schedule import Cron

_MOST_INPUT, _MOST_SCHEDULER = 8192, 262_144
"""Bytes of an event within a rule's target, and within a schedule of EventBridge Scheduler. Sources: EventBridge API reference, Target;
quotas of EventBridge Scheduler."""
_NAME = re.compile(TIME_ZONE)
_OF_SCHEDULER = tuple(sorted(name.replace("_", "-") for name in SCHEDULERS))


def check_schedule(schedule: Located, function: Located, seen: dict[str, str], *, today: date) -> Iterator[Problem]:
    """AWS would refuse these once the alias has moved. ``seen``: the keys of those before it, by name and expression."""
    node = schedule.at("expression") if schedule.entries else schedule
    if node is None or not isinstance(node.value, str) or has_placeholder(node) or len(node.value) > LONGEST:
        return
    yield from _twice(schedule, node, seen)
    given = [found for name in _OF_SCHEDULER if (found := schedule.at(name)) is not None and found.value is not None]
    by_scheduler = bool(given) or node.value.startswith("at(")
    yield from _event(schedule.at("input"), _MOST_SCHEDULER if by_scheduler else _MOST_INPUT)
    if by_scheduler and not any(one is schedule.at("role") for one in given):
        yield schedule.problem(_role(given[0].key.rpartition(".")[2] if given else "at(…)", function), missing="role")
    place, problem = _place(schedule.at("timezone"))
    if problem:
        yield problem
    try:
        parsed = parse(node.value)
    except Unschedulable as error:
        words = "is not a schedule that AWS takes" if node.secret else f"{node.value!r} is no schedule: {error}"
        yield node.problem(words)
    else:
        yield from _times(schedule, parsed, place=place, midnight=datetime.combine(today, time(), UTC))


def _event(event: Located | None, most: int) -> Iterator[Problem]:
    size = len(json.dumps(plain(event)).encode()) if event is not None and event.value is not None else 0
    if event is not None and size > most:
        yield event.key_problem(f"has {size} bytes as JSON; EventBridge takes {most}")


def _twice(schedule: Located, expression: Located, seen: dict[str, str]) -> Iterator[Problem]:
    """Two cannot share one name, which comes of the expression where none is given."""
    name = schedule.at("name")
    named = name.value if name is not None and isinstance(name.value, str) else None
    key = f"name {named}" if named else f"expression {expression.value}"
    if key in seen:
        what = "has this name already" if named else "has this expression already; give each a name"
        yield (name if named and name is not None else expression).problem(f"{seen[key]} {what}")
    seen.setdefault(key, schedule.key)


def _role(cause: str, function: Located) -> str:
    named, alias = function.at("function-name"), function.at("alias")
    name = function.key.rpartition(".")[2] if named is None or named.secret else named.value
    arn = f"arn:aws:lambda:REGION:ACCOUNT:function:{name}:{alias.value if alias is not None else 'live'}"
    return f"is required with {cause}: the ARN of a role that EventBridge Scheduler takes, with {in_words([arn])}"


def _place(node: Located | None) -> tuple[tzinfo | None, Problem | None]:
    """``None``: nobody here knows it."""
    if node is None or not isinstance(node.value, str) or not _NAME.fullmatch(node.value):
        return UTC, None
    try:
        return zone(node.value), None
    except UnknownZone as error:
        meant = "" if node.secret else suggestion(node.value, error.known)
        text = f"is not the name of a time zone, such as Europe/Berlin{not_what(node)}{meant}"
        return None, node.problem(text) if error.known else None


def _times(
    schedule: Located, parsed: Rate | Cron | At, *, place: tzinfo | None, midnight: datetime
) -> Iterator[Problem]:
    limits = [found for name in ("start", "end") if (found := schedule.at(name)) is not None and _is_time(found)]
    if isinstance(parsed, At):
        yield from (one.key_problem("at(…) runs once: it has neither start nor end") for one in limits)
        yield from _once(schedule.at("expression") or schedule, parsed, place, midnight)
        return
    zoned = schedule.at("timezone")
    if isinstance(parsed, Rate) and zoned is not None and zoned.value and not limits:
        words = "a rate has no time zone: rate(1 day) is every 24 hours; cron(…) follows the clocks of one"
        yield zoned.key_problem(words, severity=Severity.WARNING)
    yield from _limits(limits, place, midnight)


def _is_time(node: Located) -> bool:
    """Of others the door speaks."""
    return isinstance(node.value, str) and re.fullmatch(LOCAL_TIME, node.value) is not None


def _once(expression: Located, parsed: At, place: tzinfo | None, midnight: datetime) -> Iterator[Problem]:
    run = instant(parsed.time, place) if place is not None else midnight
    if run is None:
        yield expression.problem(f"{shown(expression) or 'this'} never comes: clocks in this time zone skip it")
    elif run < midnight:
        words = f"{shown(expression) or 'this'} is in the past: it is not made, and calls nobody"
        yield expression.problem(words, severity=Severity.WARNING)


def _limits(limits: list[Located], place: tzinfo | None, midnight: datetime) -> Iterator[Problem]:
    moments: list[datetime] = []
    for node in limits:
        try:
            local = local_time(str(node.value))
        except Unschedulable as error:
            yield node.problem("is not such a time" if node.secret else str(error))
            continue
        if place is None:
            fix = "this machine has no data of time zones to work it out: install tzdata (the package of PyPI does)"
            yield node.problem(fix)
        else:
            moments.append(local.replace(tzinfo=place))
    if len(moments) == 2 and moments[0] >= moments[1]:
        yield limits[1].problem("must be after start")
    elif moments and limits[-1].key.endswith(".end") and moments[-1] < midnight:
        yield limits[-1].problem(
            "is in the past: the schedule is not made, and calls nobody", severity=Severity.WARNING
        )
