"""What no schema can say about triggers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.inputs.interpolate import has_placeholder
from lambda_ci.inputs.located import plain
from lambda_ci.model.problem import Severity
from lambda_ci.model.schedule import LONGEST, Unschedulable, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem

KINDS = ("schedule", "permission")
_MOST_INPUT = 8192
"""Bytes of an event within a target. Source: EventBridge API reference, Target."""
_ACCOUNTLESS = "s3.amazonaws.com"


def check_triggers(function: Located) -> Iterator[Problem]:
    """AWS would refuse these only once the alias has moved, and then without saying what is wrong."""
    seen: dict[str, str] = {}
    for trigger in (function.at("triggers") or function).elements:
        kinds = [kind for kind in KINDS if (node := trigger.at(kind)) is not None and node.value is not None]
        if isinstance(trigger.value, dict) and len(kinds) != 1:
            yield trigger.problem(f"must have one of {', '.join(KINDS)}; each trigger is an element of its own")
        elif kinds == ["schedule"]:
            yield from _schedule(trigger.entries["schedule"], seen)
        elif kinds == ["permission"]:
            yield from _permission(trigger.entries["permission"])


def _schedule(schedule: Located, seen: dict[str, str]) -> Iterator[Problem]:
    node = schedule.at("expression") if schedule.entries else schedule
    if node is None or not isinstance(node.value, str) or has_placeholder(node) or len(node.value) > LONGEST:
        return
    try:
        parse(node.value)
    except Unschedulable as error:
        yield node.problem(
            "is not a schedule that AWS takes" if node.secret else f"{node.value!r} is no schedule: {error}"
        )
    yield from _twice(schedule, node, seen)
    event = schedule.at("input")
    size = len(json.dumps(plain(event)).encode()) if event is not None and event.value is not None else 0
    if event is not None and size > _MOST_INPUT:
        yield event.key_problem(f"has {size} bytes as JSON; EventBridge takes {_MOST_INPUT}")


def _twice(schedule: Located, expression: Located, seen: dict[str, str]) -> Iterator[Problem]:
    """Two rules cannot share one name, which comes of the expression where none is given."""
    name = schedule.at("name")
    named = name.value if name is not None and isinstance(name.value, str) else None
    key = f"name {named}" if named else f"expression {expression.value}"
    if key in seen:
        what = "has this name already" if named else "has this expression already; give each a name"
        yield (name if named and name is not None else expression).problem(f"{seen[key]} {what}")
    seen.setdefault(key, schedule.key)


def _permission(permission: Located) -> Iterator[Problem]:
    principal, source = permission.at("principal"), permission.at("source-arn")
    if principal is None or not isinstance(principal.value, str):
        return
    if principal.value == _ACCOUNTLESS and permission.at("source-account") is None:
        words = "without source-account a bucket of this name in any account may call it, once yours is deleted"
        yield permission.problem(words, severity=Severity.WARNING)
    elif principal.value.endswith(".amazonaws.com") and source is None and permission.at("source-account") is None:
        words = "everybody who uses this service may call it; say for whom with source-arn or source-account"
        yield permission.problem(words, severity=Severity.WARNING)
