"""Writing rules, and removing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.eventbridge import Rule, Target
from lambda_ci.deploy.desired import MARK
from lambda_ci.deploy.triggers.payload import same_event
from lambda_ci.deploy.triggers.permission_writes import put_grant, remove_grant
from lambda_ci.deploy.triggers.rules import TARGET, goes, grant_for, ids, statement_name
from lambda_ci.deploy.writes.alias import Work, carry_out

if TYPE_CHECKING:
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.declared import Schedule
    from lambda_ci.deploy.triggers.permissions import Place
    from lambda_ci.deploy.triggers.rules import Seen


def put_schedule(wanted: Schedule, seen: Seen, place: Place, services: Services) -> None:
    """As declared: permission, rule, target, each only where it is not so."""
    put_grant(statement_name(wanted.name), grant_for(wanted.name, place.function_arn), place, services)
    bridge, subject = services.aws.eventbridge(), f"the rule {wanted.name}"
    described = f"Calls {place.function_name}:{place.alias} (lambda-ci, {place.project})"
    target = Target(id=TARGET, arn=f"{place.function_arn}:{place.alias}", input=wanted.input)
    rule = Rule(name=wanted.name, arn="", expression=wanted.expression, enabled=wanted.enabled)

    def write(now: Rule | None) -> Rule | None:
        bridge.put(rule, description=described, tags={MARK: place.project})
        return replace(rule, targets=now.targets if now else ())

    def aim(now: Rule | None) -> Rule | None:
        bridge.aim(wanted.name, target)
        return replace(now or rule, targets=(target,))

    steps = ((f"write {subject}", write, _differs(wanted)), (f"let {subject} call the alias", aim, _misses(target)))
    now = seen.rule
    for doing, send, needed in steps:
        work = Work[Any](subject=subject, doing=doing, needed=needed, send=send, look=lambda: bridge.find(wanted.name))
        now = carry_out(work, now, services)


def remove_schedule(seen: Seen, place: Place, services: Services) -> None:
    """What is ours of it: the rule where it carries the mark and calls nothing else, else only that it calls the alias."""
    bridge, subject = services.aws.eventbridge(), f"the rule {seen.name}"

    def send(rule: Rule | None) -> Rule | None:
        if rule and any(one.id == TARGET for one in rule.targets):
            bridge.forget(rule.name, (TARGET,))
        if rule and goes(replace(seen, rule=rule)):
            bridge.delete(rule.name)
        return None

    work = Work[Any](
        subject=subject,
        doing=f"remove {subject}",
        needed=lambda rule: rule is not None and (goes(replace(seen, rule=rule)) or TARGET in ids(rule)),
        send=send,
        look=lambda: bridge.find(seen.name),
    )
    carry_out(work, seen.rule, services)
    remove_grant(statement_name(seen.name), place, services)


def _differs(wanted: Schedule) -> Any:  # noqa: ANN401 - a predicate
    def needed(rule: Rule | None) -> bool:
        return rule is None or (rule.expression, rule.enabled) != (wanted.expression, wanted.enabled)

    return needed


def _misses(target: Target) -> Any:  # noqa: ANN401 - a predicate
    def needed(rule: Rule | None) -> bool:
        found = next((one for one in rule.targets if one.id == target.id), None) if rule else None
        return found is None or found.arn != target.arn or not same_event(found.input, target.input)

    return needed
