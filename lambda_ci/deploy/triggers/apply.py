"""Writing all that calls an alias, once it runs a tested version, and removing it with the function."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.live import look
from lambda_ci.deploy.triggers.event_source_requests import put_event_source, remove_event_source
from lambda_ci.deploy.triggers.event_sources import surplus as surplus_sources
from lambda_ci.deploy.triggers.permission_writes import put_grant, remove_grant
from lambda_ci.deploy.triggers.permissions import place_of
from lambda_ci.deploy.triggers.rule_writes import put_schedule, remove_schedule
from lambda_ci.deploy.triggers.rules import Seen, statement_name
from lambda_ci.deploy.triggers.scheduler_writes import put_timed, remove_timed
from lambda_ci.deploy.triggers.triggers import KINDS, Present, surplus
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.declared import Triggers
    from lambda_ci.deploy.triggers.permissions import Place
    from lambda_ci.model.change import Change


def put_triggers(changes: tuple[Change, ...], desired: Desired, current: Current, services: Services) -> None:
    """Make those of the changes that are about triggers; the alias runs the tested version."""
    wanted, present = desired.triggers, current.triggers
    if wanted is None or not any(change.resource in KINDS for change in changes):
        return
    named = {change.name for change in changes if change.resource in KINDS - {Resource.SCHEDULER}}
    timed = {change.name for change in changes if change.resource is Resource.SCHEDULER}
    place = place_of(
        _function(desired, current, services), desired.alias, project=desired.project, granted=present.granted
    )
    for grant in wanted.grants:
        if grant.text in named:
            put_grant(grant.name, grant, place, services)
    rest = _rest(wanted, present)
    for one in wanted.schedules:
        if one.name in named:
            seen = present.schedules.get(one.name, Seen(name=one.name))
            put_schedule(one, seen, place, services)
        rest = _moved(one.name, rest, place, services)
    for each in wanted.timetable:
        if each.name in timed:
            put_timed(each, present.timetable.get(each.name), place, services)
        rest = _moved(each.name, rest, place, services)
    for source in wanted.event_sources:
        if source.name in named:
            put_event_source(source, present.event_sources.get(source.name), place, services)
    remove_triggers(rest, place, services)


def remove_triggers(present: Present, place: Place, services: Services) -> None:
    """All of it; of event source mappings what is ours."""
    for seen in present.schedules.values():
        remove_schedule(seen, place, services)
    for timed in present.timetable.values():
        remove_timed(timed, services)
    for found in surplus_sources((), present.event_sources):
        remove_event_source(found, services)
    told = {statement_name(name) for name in present.schedules}
    for name in present.granted.keys() - told:
        remove_grant(name, place, services)


def _rest(wanted: Triggers, present: Present) -> Present:
    """What shall go."""
    names, timetable = {one.name for one in wanted.schedules}, {one.name for one in wanted.timetable}
    gone = {name: seen for name, seen in present.schedules.items() if name not in names}
    statements = {*surplus(wanted, present), *(statement_name(name) for name in gone)}
    return Present(
        granted={name: present.granted[name] for name in statements & present.granted.keys()},
        schedules=gone,
        timetable={name: seen for name, seen in present.timetable.items() if name not in timetable},
        event_sources={one.name: one for one in surplus_sources(wanted.event_sources, present.event_sources)},
    )


def _moved(name: str, rest: Present, place: Place, services: Services) -> Present:
    """What is left to go. What had this name as the other kind goes as soon as its successor is there: for a moment both may call,
    and at none nobody does."""
    schedules, timetable = dict(rest.schedules), dict(rest.timetable)
    if rule := schedules.pop(name, None):
        remove_schedule(rule, place, services)
    if timed := timetable.pop(name, None):
        remove_timed(timed, services)
    granted = {key: one for key, one in rest.granted.items() if not rule or key != statement_name(name)}
    return replace(rest, granted=granted, schedules=schedules, timetable=timetable)


def _function(desired: Desired, current: Current, services: Services) -> Live:
    """Asked for where this run has made it."""
    live = current.latest or look(services.aws.lambda_client(), desired.function_name)
    if live is None:
        raise AwsError(f"{desired.function_name} was deleted while this run worked on it", fix="run this again")
    return live
