"""When the schedules of a run's functions call them next, worked out from what is declared."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from lambda_ci.model.result import Upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lambda_ci.adapters.scheduler import Timed
    from lambda_ci.model.result import FunctionResult, RunResult
    from lambda_ci.model.settings import Function, Settings

_SHOWN = 3


def foretold(result: RunResult, settings: Settings, *, now: datetime) -> RunResult:
    """The result with the next runs. A function that failed, or that ``status`` does not find, has none."""
    declared = {one.name: one for one in settings.functions if one.spec.triggers and one.spec.mode == "full"}
    if not declared:
        return result
    functions = tuple(
        replace(one, schedules=tuple(_upcoming(declared[one.name], settings.project, now)))
        if one.name in declared and _runs(one, result.verb)
        else one
        for one in result.functions
    )
    return replace(result, functions=functions)


def _runs(one: FunctionResult, verb: str) -> bool:
    return one.failure is None and (verb == "plan" or bool(one.version))


def _upcoming(function: Function, project: str, now: datetime) -> Iterator[Upcoming]:
    from lambda_ci.adapters.scheduler import Timed
    from lambda_ci.deploy.triggers.declared import wanted

    triggers = wanted(function, project=project)
    if triggers is None:
        return
    for rule in triggers.schedules:
        yield _told(Timed(name=rule.name, expression=rule.expression, enabled=rule.enabled), now)
    for one in triggers.timetable:
        yield replace(_told(one, now), timezone=one.timezone)


def _told(one: Timed, now: datetime) -> Upcoming:
    from lambda_ci.model.schedule import Rate, parse
    from lambda_ci.model.time_zones import UnknownZone, zone

    schedule, told = parse(one.expression), Upcoming(name=one.name, expression=one.expression, enabled=one.enabled)
    if isinstance(schedule, Rate):
        return replace(told, every="" if one.end and one.end <= now else schedule.text)
    try:
        place = zone(one.timezone)
    except UnknownZone:
        return replace(told, known=False)
    later = (time for time in schedule.after(now, place) if one.start is None or time >= one.start)
    within = takewhile(lambda time: one.end is None or time <= one.end, later)
    runs = tuple(islice(within, _SHOWN if one.enabled else 0))
    return replace(told, runs=tuple(map(_shown, runs)), local=tuple(_shown(time.astimezone(place)) for time in runs))


def _shown(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M")
