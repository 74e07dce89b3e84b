"""One schedule of EventBridge Scheduler, and the rule that it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

ROLE = "arn:aws:iam::123456789012:role/scheduler"
ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"
NAME = "shop-orders-live-nightly"
CRON = "cron(0 2 * * ? *)"


def nightly(**more: JsonValue) -> JsonValue:
    schedule: dict[str, JsonValue] = {
        "expression": CRON,
        "name": "nightly",
        "timezone": "Europe/Berlin",
        "role": ROLE,
        "input": {"full": True},
    }
    return {"schedule": {**schedule, **{key.replace("_", "-"): value for key, value in more.items()}}}


RULE: JsonValue = {"schedule": {"expression": CRON, "name": "nightly", "input": {"full": True}}}
