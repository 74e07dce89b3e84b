"""When the schedules of a run's functions call them next, worked out from what is declared."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from lambda_ci.model.result import Upcoming

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

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
    from lambda_ci.deploy.triggers.wanted import wanted
    from lambda_ci.model.schedule import Rate, parse

    triggers = wanted(function, project=project)
    for one in triggers.schedules if triggers else ():
        schedule = parse(one.expression)
        told = Upcoming(name=one.name, expression=one.expression, enabled=one.enabled)
        if isinstance(schedule, Rate):
            yield replace(told, every=schedule.text)
        else:
            times = islice(schedule.after(now), _SHOWN if one.enabled else 0)
            yield replace(told, runs=tuple(time.strftime("%Y-%m-%d %H:%M") for time in times))
