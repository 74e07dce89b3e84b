"""What no schema can say about triggers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.inputs.event_sources import check_event_source
from lambda_ci.inputs.schedules import check_schedule
from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lambda_ci.inputs.located import Located
    from lambda_ci.model.problem import Problem

KINDS = ("schedule", "permission", "event-source")
_ACCOUNTLESS = "s3.amazonaws.com"


def check_triggers(function: Located, *, today: date) -> Iterator[Problem]:
    """AWS would refuse these only once the alias has moved, and then without saying what is wrong."""
    seen: dict[str, str] = {}
    sources: dict[str, str] = {}
    for trigger in (function.at("triggers") or function).elements:
        kinds = [kind for kind in KINDS if (node := trigger.at(kind)) is not None and node.value is not None]
        if isinstance(trigger.value, dict) and len(kinds) != 1:
            yield trigger.problem(f"must have one of {', '.join(KINDS)}; each trigger is an element of its own")
        elif kinds == ["schedule"]:
            yield from check_schedule(trigger.entries["schedule"], function, seen, today=today)
        elif kinds == ["permission"]:
            yield from _permission(trigger.entries["permission"])
        elif kinds == ["event-source"]:
            yield from check_event_source(trigger.entries["event-source"], sources)


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
