"""All that calls an alias, as declared: read and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.deploy.triggers.schedules import Seen, read_schedules, rules_in, schedule_change, statement_name
from lambda_ci.model.change import Action, Change, FieldChange, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.triggers.statements import Place, Statement
    from lambda_ci.deploy.triggers.wanted import Triggers

KINDS = frozenset({Resource.SCHEDULE, Resource.PERMISSION})


@dataclass(frozen=True, kw_only=True)
class Present:
    """What is there of ours, and of what shall be."""

    granted: Mapping[str, Statement] = field(default_factory=dict)
    """Our statements in the alias's policy, by name."""
    schedules: Mapping[str, Seen] = field(default_factory=dict)
    """By the rules' names."""


def read_triggers(aws: Aws, wanted: Triggers, place: Place) -> Present:
    """Asks EventBridge only where there is, or shall be, a rule."""
    if not wanted.schedules and not rules_in(place.granted):
        return Present(granted=place.granted)
    schedules = read_schedules(wanted.schedules, place, aws.eventbridge())
    return Present(granted=place.granted, schedules=schedules)


def trigger_changes(desired: Desired, current: Current) -> Iterator[Change]:
    """New ones before those that go, so that nothing is missed in between."""
    wanted, present = desired.triggers, current.triggers
    if wanted is None:
        return
    alias_arn = f"{current.latest.function_arn}:{desired.alias}" if current.latest else ""
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
    for name in surplus(wanted, present):
        gone = FieldChange(field="statement", before=name, after="")
        yield Change(resource=Resource.PERMISSION, action=Action.DELETE, name=name, fields=(gone,))


def surplus(wanted: Triggers, present: Present) -> list[str]:
    """Statements that belong to nothing declared and to no rule."""
    kept = {grant.name for grant in wanted.grants}
    kept |= {statement_name(name) for name in (*present.schedules, *(one.name for one in wanted.schedules))}
    return sorted(present.granted.keys() - kept)
