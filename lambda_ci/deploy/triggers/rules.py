"""Rules of EventBridge that call an alias by the clock: the permission comes first and goes last, see ``permissions``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.desired import MARK
from lambda_ci.deploy.triggers.payload import same_event
from lambda_ci.deploy.triggers.permissions import SCHEDULE, Grant, digest, source_of
from lambda_ci.model.change import Action, Change, FieldChange, Resource, hashed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.eventbridge import EventBridge, Rule, Target
    from lambda_ci.deploy.triggers.declared import Schedule
    from lambda_ci.deploy.triggers.permissions import Place, Statement

PRINCIPAL = "events.amazonaws.com"
TARGET = "lambda-ci"
"""The id of ours among what a rule calls."""
_RULE = ":rule/"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A rule as it is. ``granted``: whether the alias lets it call, ``None`` where nothing of that name is in the policy."""

    name: str
    granted: bool | None = None
    rule: Rule | None = None
    ours: bool = True
    """Whether it carries the project's mark; only asked of what shall go."""

    def target(self) -> Target | None:
        return next((one for one in self.rule.targets if one.id == TARGET), None) if self.rule else None


def read_schedules(wanted: tuple[Schedule, ...], place: Place, bridge: EventBridge) -> dict[str, Seen]:
    """Those that shall be there, and those that ours in the policy tell of, by name: two requests for each that is there, and one
    more for each that shall go."""
    found: dict[str, Seen] = {}
    for schedule in wanted:
        granted = place.granted.get(statement_name(schedule.name))
        right = None if granted is None else grant_for(schedule.name, place.function_arn).allowed_by(granted)
        found[schedule.name] = Seen(name=schedule.name, granted=right, rule=bridge.find(schedule.name))
    for name in sorted(rules_in(place.granted) - found.keys()):
        rule = bridge.find(name)
        ours = rule is None or bridge.tags(rule.arn).get(MARK) == place.project
        found[name] = Seen(name=name, granted=True, rule=rule, ours=ours)
    return found


def rules_in(granted: Mapping[str, Statement]) -> set[str]:
    """The names of the rules that our statements are for. One that somebody changed names no rule of ours."""
    rules = {name: source_of(one).partition(_RULE)[2] for name, one in granted.items()}
    return {rule for name, rule in rules.items() if rule and statement_name(rule) == name}


def schedule_change(wanted: Schedule | None, seen: Seen, alias_arn: str) -> Change | None:
    """What has to change; ``None``: nothing. ``alias_arn`` is empty for a function that is not there yet. Pure."""
    if wanted is None:
        return _removal(seen)
    fields = tuple(_fields(wanted, seen, alias_arn))
    action = Action.UPDATE if seen.rule else Action.CREATE
    return Change(resource=Resource.SCHEDULE, action=action, name=wanted.name, fields=fields) if fields else None


def statement_name(rule_name: str) -> str:
    """The permission that belongs to a rule."""
    return SCHEDULE + digest(rule_name)


def grant_for(rule_name: str, function_arn: str) -> Grant:
    """The rule is in the function's account and region."""
    _, partition, _, region, account, *_ = function_arn.split(":")
    return Grant(principal=PRINCIPAL, source_arn=f"arn:{partition}:events:{region}:{account}{_RULE}{rule_name}")


def goes(seen: Seen) -> bool:
    """Whether the whole rule is deleted: it is ours, and calls nothing else."""
    return seen.ours and seen.rule is not None and ids(seen.rule) <= {TARGET}


def ids(rule: Rule) -> set[str]:
    """Of its targets."""
    return {one.id for one in rule.targets}


def _removal(seen: Seen) -> Change:
    expression = seen.rule.expression if seen.rule else ""
    rule = (FieldChange(field="expression", before=expression, after=""),) if goes(seen) else ()
    target = seen.target()
    aim = (FieldChange(field="target", before=target.arn, after=""),) if target and not rule else ()
    permission = () if seen.granted is None else (FieldChange(field="permission", before=PRINCIPAL, after=""),)
    return Change(resource=Resource.SCHEDULE, action=Action.DELETE, name=seen.name, fields=(*rule, *aim, *permission))


def _fields(wanted: Schedule, seen: Seen, alias_arn: str) -> Iterator[FieldChange]:
    rule, target = seen.rule, seen.target()
    if rule is None or rule.expression != wanted.expression:
        yield FieldChange(field="expression", before=rule.expression if rule else "", after=wanted.expression)
    if wanted.enabled != (rule.enabled if rule else True):
        yield FieldChange(field="enabled", before=_shown(rule), after=str(wanted.enabled).lower())
    if target is None or target.arn != alias_arn:
        yield FieldChange(field="target", before=target.arn if target else "", after=alias_arn or "the alias")
    if not same_event(target.input if target else "", wanted.input):
        before, after = hashed(target.input or None) if target else "", hashed(wanted.input or None)
        yield FieldChange(field="input", before=before, after=after)
    if not seen.granted:
        yield FieldChange(
            field="permission", before="" if seen.granted is None else "(something else)", after=PRINCIPAL
        )


def _shown(rule: Rule | None) -> str:
    return "" if rule is None else str(rule.enabled).lower()
