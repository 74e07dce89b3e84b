"""What rules and schedules are called. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.model.spec.triggers import ScheduleSpec

SCHEDULED = "lambda-ci:scheduler"
"""The tag of a function that says that schedules of EventBridge Scheduler of ours call it, or did: only then they are looked for."""
_LONGEST = 64
"""Characters of a name. Sources: EventBridge API reference, PutRule; EventBridge Scheduler API reference, CreateSchedule."""
_LONGEST_SUFFIX, _HASH = 30, 8


def stem(project: str, function_name: str, alias: str) -> str:
    """What all names of an alias begin with, where it is not too long."""
    return f"{project}-{function_name}-{alias}"


def schedule_name(stem: str, spec: ScheduleSpec) -> str:
    """``shop-orders-live-nightly``; a long stem is cut and gets a hash, so that two stay two."""
    suffix = spec.name or _digest(spec.expression)
    room = _LONGEST - len(suffix) - 1
    start = stem if len(stem) <= room else f"{stem[: room - _HASH - 1]}-{_digest(stem)}"
    return f"{start}-{suffix}"


def beginning(stem: str) -> str:
    """What all names of an alias begin with, those that were declared before too."""
    room = _LONGEST - _LONGEST_SUFFIX - 1
    return f"{stem}-" if len(stem) <= room else stem[: room - _HASH - 1]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH]
