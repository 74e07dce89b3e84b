"""The declared triggers of a function, under the names that they have on AWS. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.triggers.event_sources import EventSource, event_source
from lambda_ci.deploy.triggers.names import schedule_name, stem
from lambda_ci.deploy.triggers.payload import event_of
from lambda_ci.deploy.triggers.permissions import Grant
from lambda_ci.deploy.triggers.scheduler import timed
from lambda_ci.model.spec.event_source import EventSourceSpec
from lambda_ci.model.spec.triggers import ScheduleSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.adapters.scheduler import Timed
    from lambda_ci.model.settings import Function
    from lambda_ci.model.spec.triggers import PermissionSpec, TriggerSpec

TRIGGERED = "lambda-ci:triggers"
"""The tag that says that something of ours calls the function, and through which alias. Before the function is deleted, its triggers are."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A rule that shall be there. ``input``: the event as JSON; empty for EventBridge's own."""

    name: str
    expression: str
    enabled: bool = True
    input: str = ""


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """Everything that shall call the alias; nothing else of ours may."""

    schedules: tuple[Schedule, ...] = ()
    timetable: tuple[Timed, ...] = ()
    """Schedules of EventBridge Scheduler, all but whom they call."""
    grants: tuple[Grant, ...] = ()
    event_sources: tuple[EventSource, ...] = ()


def wanted(function: Function, *, project: str) -> Triggers | None:
    """``None``: not declared."""
    declared = function.spec.triggers
    if declared is None:
        return None
    schedules = [found for one in declared if (found := schedule_of(one))]
    rules = (_schedule(spec, function, project) for spec in schedules if not spec.is_schedulers)
    timetable = (_timed(spec, function, project) for spec in schedules if spec.is_schedulers)
    grants = dict.fromkeys(_grant(one.permission) for one in declared if one.permission)
    return Triggers(
        schedules=tuple(rules), timetable=tuple(timetable), grants=tuple(grants), event_sources=event_sources(function)
    )


def event_sources(function: Function) -> tuple[EventSource, ...]:
    """None where none is declared."""
    declared = function.spec.triggers or ()
    return tuple(event_source(spec) for one in declared if (spec := event_source_of(one)))


def schedule_of(trigger: TriggerSpec) -> ScheduleSpec | None:
    """The long form of a schedule; ``None`` for another kind of trigger."""
    short = trigger.schedule
    return ScheduleSpec(expression=short) if isinstance(short, str) else short


def event_source_of(trigger: TriggerSpec) -> EventSourceSpec | None:
    """The long form of an event source; ``None`` for another kind of trigger."""
    short = trigger.event_source
    return EventSourceSpec.model_validate({"source-arn": short}) if isinstance(short, str) else short


def described(trigger: TriggerSpec) -> str:
    """For people: ``schedule rate(1 hour)``."""
    if spec := schedule_of(trigger):
        return f"schedule {spec.expression} {spec.timezone or ''}".rstrip()
    if source := event_source_of(trigger):
        return f"event-source {event_source(source).name}"
    return f"permission {_grant(trigger.permission).text}" if trigger.permission else ""


def is_scheduled(declared: Sequence[TriggerSpec] | None) -> bool:
    """Whether any of these takes EventBridge Scheduler."""
    return any(spec.is_schedulers for one in declared or () if (spec := schedule_of(one)))


def _schedule(spec: ScheduleSpec, function: Function, project: str) -> Schedule:
    name = _name(spec, function, project)
    return Schedule(name=name, expression=spec.expression, enabled=spec.enabled, input=event_of(spec.input))


def _timed(spec: ScheduleSpec, function: Function, project: str) -> Timed:
    calls = f"{function.function_name}:{function.spec.alias}"
    return timed(spec, _name(spec, function, project), calls=calls, project=project)


def _name(spec: ScheduleSpec, function: Function, project: str) -> str:
    return schedule_name(stem(project, function.function_name, function.spec.alias), spec)


def _grant(spec: PermissionSpec) -> Grant:
    return Grant(
        principal=spec.principal,
        source_arn=spec.source_arn or "",
        source_account=spec.source_account or "",
        principal_org_id=spec.principal_org_id or "",
    )
