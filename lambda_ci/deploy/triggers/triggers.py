"""All that calls an alias, as declared: read and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambda_ci.deploy.triggers.event_source_requests import read_event_sources
from lambda_ci.deploy.triggers.event_sources import event_source_changes
from lambda_ci.deploy.triggers.names import beginning, stem
from lambda_ci.deploy.triggers.rules import Seen, read_schedules, rules_in, schedule_change, statement_name
from lambda_ci.deploy.triggers.scheduler import read_timetable, timetable_changes
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.scheduler import Timed
    from lambda_ci.deploy.triggers.declared import Triggers
    from lambda_ci.deploy.triggers.event_sources import Found
    from lambda_ci.deploy.triggers.permissions import Place, Statement

KINDS = frozenset({Resource.SCHEDULE, Resource.SCHEDULER, Resource.PERMISSION, Resource.EVENT_SOURCE})


@dataclass(frozen=True, kw_only=True)
class Present:
    """What is there of ours, and of what shall be."""

    granted: Mapping[str, Statement] = field(default_factory=dict)
    """Our statements in the alias's policy, by name."""
    schedules: Mapping[str, Seen] = field(default_factory=dict)
    """By the rules' names."""
    timetable: Mapping[str, Timed] = field(default_factory=dict)
    """Schedules of EventBridge Scheduler, by name."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """When this was read."""
    event_sources: Mapping[str, Found] = field(default_factory=dict)
    """Mappings of the alias, also those of others, by source."""


def read_triggers(aws: Aws, wanted: Triggers, place: Place) -> Present:
    """Asks EventBridge only where there is, or shall be, a rule, and for schedules and mappings only where there may, or shall be, one."""
    ruled = wanted.schedules or rules_in(place.granted)
    timed = wanted.timetable or place.scheduled
    start = beginning(stem(place.project, place.function_name, place.alias))
    polled = wanted.event_sources or place.polled
    return Present(
        granted=place.granted,
        schedules=read_schedules(wanted.schedules, place, aws.eventbridge()) if ruled else {},
        timetable=read_timetable(wanted.timetable, place, aws.scheduler(), beginning=start) if timed else {},
        now=aws.console.clock.utc(),
        event_sources=read_event_sources(aws.lambda_client(), place, wanted.event_sources) if polled else {},
    )


def trigger_changes(wanted: Triggers | None, present: Present, alias_arn: str) -> Iterator[Change]:
    """New ones before those that go, so that nothing is missed in between. ``alias_arn`` is empty for a new function."""
    if wanted is None:
        return
    for grant in wanted.grants:
        statement = present.granted.get(grant.name)
        if not grant.allowed_by(statement):
            before = "" if statement is None else "(something else)"
            told = FieldChange(field="statement", before=before, after=grant.name)
            action = Action.CREATE if statement is None else Action.UPDATE
            yield Change(resource=Resource.PERMISSION, action=action, name=grant.text, fields=(told,))
    for one in wanted.schedules:
        change = schedule_change(one, present.schedules.get(one.name, Seen(name=one.name)), alias_arn)
        if change:
            yield change
    names = {one.name for one in wanted.schedules}
    for name, seen in present.schedules.items():
        if name not in names and (change := schedule_change(None, seen, alias_arn)):
            yield change
    yield from timetable_changes(wanted.timetable, present.timetable, alias_arn, now=present.now)
    yield from event_source_changes(wanted.event_sources, present.event_sources, alias_arn)
    for name in surplus(wanted, present):
        gone = FieldChange(field="statement", before=name, after="")
        yield Change(resource=Resource.PERMISSION, action=Action.DELETE, name=name, fields=(gone,))


def surplus(wanted: Triggers, present: Present) -> list[str]:
    """Statements that belong to nothing declared and to no rule."""
    kept = {grant.name for grant in wanted.grants}
    kept |= {statement_name(name) for name in (*present.schedules, *(one.name for one in wanted.schedules))}
    return sorted(present.granted.keys() - kept)
