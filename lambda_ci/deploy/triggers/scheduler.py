"""Schedules of EventBridge Scheduler that call an alias: as they shall be, as they are, and what differs. Pure but for reading.

They carry no tags: one of ours is known by its name, by what it calls, and by the mark at the end of its description.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambda_ci.adapters.scheduler import Timed
from lambda_ci.deploy.triggers.payload import event_of, same_event
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, FieldChange, Resource, hashed
from lambda_ci.model.schedule import At, local_time, parse
from lambda_ci.model.time_zones import UnknownZone, instant, zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.scheduler import Scheduler
    from lambda_ci.deploy.triggers.permissions import Place
    from lambda_ci.model.spec.triggers import ScheduleSpec

_MARK = "(lambda-ci, "
_LAST = timedelta(hours=12)
"""After UTC a local time has come everywhere."""


def timed(spec: ScheduleSpec, name: str, *, calls: str, project: str) -> Timed:
    """As it is declared, but for what it calls by ARN. ``calls``: that as FUNCTION:ALIAS."""
    place = spec.timezone or "UTC"
    return Timed(
        name=name,
        expression=spec.expression,
        timezone=place,
        enabled=spec.enabled,
        role=spec.role or "",
        input=event_of(spec.input),
        window=spec.flexible_window or 0,
        start=_moment(spec.start, place),
        end=_moment(spec.end, place),
        retries=Timed.retries if spec.maximum_retry_attempts is None else spec.maximum_retry_attempts,
        age=spec.maximum_event_age_in_seconds or Timed.age,
        dead_letter=spec.dead_letter or "",
        leaves=spec.end is not None or isinstance(parse(spec.expression), At),
        description=f"Calls {calls} {_mark(project)}",
    )


def read_timetable(
    wanted: tuple[Timed, ...], place: Place, scheduler: Scheduler, *, beginning: str
) -> dict[str, Timed]:
    """Those that shall be there, and ours that call the alias, by name. One request for each, and one more to look for ours."""
    names = {one.name for one in wanted}
    told = scheduler.targets(beginning) if place.scheduled else ()
    calling = {name for name, target in told if target == place.alias_arn}
    found = {name: seen for name in sorted(names | calling) if (seen := scheduler.find(name))}
    return {
        name: seen for name, seen in found.items() if name in names or seen.description.endswith(_mark(place.project))
    }


def over(one: Timed, now: datetime) -> bool:
    """Whether it never calls again; where this machine does not know the time zone, whether that is so in any."""
    return (one.end is not None and one.end <= now) or _is_past(one, now)


def awaited(one: Timed, seen: Timed | None) -> bool:
    """Whether a schedule that is over is there still, for its last run or for Scheduler to delete it."""
    return seen is not None and (one.expression, one.timezone, one.end) == (seen.expression, seen.timezone, seen.end)


def current(one: Timed, now: datetime) -> Timed:
    """Without a start that has passed: Scheduler takes none from the past, and it says nothing any more."""
    return replace(one, start=None) if one.start is not None and one.start <= now else one


def differs(one: Timed, seen: Timed | None, now: datetime) -> bool:
    """Whether anything has to be written."""
    return seen is None or bool(tuple(_fields(current(one, now), current(seen, now))))


def timetable_changes(
    wanted: tuple[Timed, ...], found: Mapping[str, Timed], alias_arn: str, *, now: datetime
) -> Iterator[Change]:
    """New ones before those that go. ``alias_arn`` is empty for a function that is not there yet. Raises ``AwsError`` where a name is
    somebody else's."""
    for one in wanted:
        if change := _change(replace(one, target=alias_arn or "the alias"), found.get(one.name), now):
            yield change
    names = {one.name for one in wanted}
    yield from (_removal(seen) for name, seen in found.items() if name not in names)


def _change(one: Timed, seen: Timed | None, now: datetime) -> Change | None:
    mark = one.description[one.description.rindex(_MARK) :]
    if seen and not seen.description.endswith(mark) and seen.target != one.target:
        raise AwsError(
            f"the schedule {one.name} of EventBridge Scheduler is not this project's: it calls {seen.target}",
            why=f"Its description does not end with {mark}, so that somebody else made it.",
            fix="give the schedule another name in triggers, or delete that one",
        )
    if over(one, now):
        return None if seen is None or awaited(one, seen) else _removal(seen)
    fields = tuple(_fields(current(one, now), current(seen, now) if seen else None))
    action = Action.UPDATE if seen else Action.CREATE
    return Change(resource=Resource.SCHEDULER, action=action, name=one.name, fields=fields) if fields else None


def _removal(seen: Timed) -> Change:
    gone = (FieldChange(field="expression", before=seen.expression, after=""),)
    return Change(resource=Resource.SCHEDULER, action=Action.DELETE, name=seen.name, fields=gone)


def _fields(wanted: Timed, seen: Timed | None) -> Iterator[FieldChange]:
    """Of a new one all that is not as AWS has it by itself."""
    after, before = _texts(wanted), _texts(seen or Timed(name="", expression=""))
    for name, text in after.items():
        if text != before[name]:
            yield FieldChange(field=name, before=before[name] if seen else "", after=text)
    event = seen.input if seen else ""
    if not same_event(event, wanted.input):
        yield FieldChange(field="input", before=hashed(event or None), after=hashed(wanted.input or None))


def _texts(one: Timed) -> dict[str, str]:
    return {
        "expression": one.expression,
        "timezone": one.timezone,
        "enabled": str(one.enabled).lower(),
        "target": one.target,
        "role": one.role,
        "flexible-window": f"{one.window} minutes" if one.window else "none",
        "start": _text(one.start),
        "end": _text(one.end),
        "maximum-retry-attempts": str(one.retries),
        "maximum-event-age-in-seconds": str(one.age),
        "dead-letter": one.dead_letter or "none",
        "after-completion": "delete" if one.leaves else "keep",
        "kms-key": one.key or "AWS's",
        "description": one.description,
    }


def _text(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "none"


def _mark(project: str) -> str:
    return f"{_MARK}{project})"


def _moment(text: str | None, place: str) -> datetime | None:
    """In UTC. The door has let through only what can be worked out here."""
    return local_time(text).replace(tzinfo=zone(place)).astimezone(UTC) if text else None


def _is_past(one: Timed, now: datetime) -> bool:
    schedule = parse(one.expression)
    if not isinstance(schedule, At):
        return False
    try:
        run = instant(schedule.time, zone(one.timezone))
    except UnknownZone:
        run = schedule.time.replace(tzinfo=UTC) + _LAST
    return run is not None and run <= now
