"""The declared triggers of a function, under the names that they have on AWS. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.deploy.triggers.statements import Grant
from lambda_ci.model.spec.triggers import ScheduleSpec

if TYPE_CHECKING:
    from lambda_ci.model.settings import Function
    from lambda_ci.model.spec.triggers import PermissionSpec, TriggerSpec

TRIGGERED = "lambda-ci:triggers"
"""The tag that says that something of ours calls the function, and through which alias: whoever deletes it removes that first."""
LONGEST = 64
"""Characters of a rule's name. Source: EventBridge API reference, PutRule."""
_HASH = 8


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
    grants: tuple[Grant, ...] = ()


def wanted(function: Function, *, project: str) -> Triggers | None:
    """``None``: not declared."""
    declared = function.spec.triggers
    if declared is None:
        return None
    stem = f"{project}-{function.function_name}-{function.spec.alias}"
    schedules = (_schedule(spec, stem) for one in declared if (spec := schedule_of(one)))
    grants = dict.fromkeys(_grant(one.permission) for one in declared if one.permission)
    return Triggers(schedules=tuple(schedules), grants=tuple(grants))


def schedule_of(trigger: TriggerSpec) -> ScheduleSpec | None:
    """The long form of a schedule; ``None`` for another kind of trigger."""
    short = trigger.schedule
    return ScheduleSpec(expression=short) if isinstance(short, str) else short


def described(trigger: TriggerSpec) -> str:
    """For people: ``schedule rate(1 hour)``."""
    if spec := schedule_of(trigger):
        return f"schedule {spec.expression}"
    return f"permission {_grant(trigger.permission).text}" if trigger.permission else ""


def rule_name(stem: str, spec: ScheduleSpec) -> str:
    """``shop-orders-live-nightly``; a long stem is cut and gets a hash, so that two stay two."""
    suffix = spec.name or _digest(spec.expression)
    room = LONGEST - len(suffix) - 1
    start = stem if len(stem) <= room else f"{stem[: room - _HASH - 1]}-{_digest(stem)}"
    return f"{start}-{suffix}"


def _schedule(spec: ScheduleSpec, stem: str) -> Schedule:
    event = "" if spec.input is None else json.dumps(spec.input, ensure_ascii=False, separators=(",", ":"))
    return Schedule(name=rule_name(stem, spec), expression=spec.expression, enabled=spec.enabled, input=event)


def _grant(spec: PermissionSpec) -> Grant:
    return Grant(
        principal=spec.principal,
        source_arn=spec.source_arn or "",
        source_account=spec.source_account or "",
        principal_org_id=spec.principal_org_id or "",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH]
