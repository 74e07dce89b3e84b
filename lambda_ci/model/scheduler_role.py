"""The role that EventBridge Scheduler takes to call aliases: whom it trusts, and what it may do.

Sources: "Setting up Amazon EventBridge Scheduler" and "Confused deputy prevention" in its user guide.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

SERVICE = "scheduler.amazonaws.com"


def trust_policy(account: str = "") -> dict[str, JsonValue]:
    """As IAM takes it. ``account``: only for schedules of this one (12 digits)."""
    limits: dict[str, JsonValue] = {"Condition": {"StringEquals": {"aws:SourceAccount": account}}} if account else {}
    return _policy({"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole", **limits})


def permission(aliases: Sequence[str], queues: Sequence[str] = ()) -> dict[str, JsonValue]:
    """To call aliases, and to send what could not be delivered to queues, by ARN. As IAM takes it."""
    invoking: JsonValue = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": [*aliases]}
    sending: JsonValue = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": [*queues]}
    return _policy(invoking, *([sending] if queues else []))


def in_words(aliases: Sequence[str], queues: Sequence[str] = (), *, account: str = "") -> str:
    """``the trust policy {…} and the permission {…}``, each on one line."""
    trust, allowed = (json.dumps(one) for one in (trust_policy(account), permission(aliases, queues)))
    return f"the trust policy {trust} and the permission {allowed}"


def _policy(*statements: JsonValue) -> dict[str, JsonValue]:
    return {"Version": "2012-10-17", "Statement": [*statements]}
