"""Permissions in the policy of an alias. Their names say that they are ours, and there is one for each rule of ours: it is written
before the rule and removed after it, so that the policy tells every rule that a run, whole or killed, has left."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lambda_ci.deploy.triggers.event_sources import POLLED
from lambda_ci.deploy.triggers.names import SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.deploy.live import Live

    Statement = Mapping[str, Any]
    """As it is in the policy."""

SCHEDULE, PERMISSION = "lambda-ci-schedule-", "lambda-ci-permission-"
"""What the names of ours begin with."""
_ACTION = "lambda:InvokeFunction"
_DIGITS = 16


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Who may invoke the alias; empty: from everywhere."""

    principal: str
    source_arn: str = ""
    source_account: str = ""
    principal_org_id: str = ""

    @property
    def name(self) -> str:
        """Tells one grant from another: what is changed is another one."""
        told = [self.principal, self.source_arn, self.source_account, self.principal_org_id]
        return PERMISSION + digest(json.dumps(told))

    @property
    def text(self) -> str:
        """``s3.amazonaws.com for arn:aws:s3:::uploads``."""
        limits = [self.source_arn, self.source_account, self.principal_org_id]
        return " for ".join([self.principal, ", ".join(one for one in limits if one)]).removesuffix(" for ")

    def allowed_by(self, statement: Statement | None) -> bool:
        """Whether this is what the statement says, and all that it says."""
        if statement is None or (statement.get("Effect"), statement.get("Action")) != ("Allow", _ACTION):
            return False
        return _principal(statement) == _bare(self.principal) and _conditions(statement) == self._conditions()

    def _conditions(self) -> set[tuple[str, str, str]]:
        found = {
            ("ArnLike", "aws:sourcearn", self.source_arn),
            ("StringEquals", "aws:sourceaccount", self.source_account),
            ("StringEquals", "aws:principalorgid", self.principal_org_id),
        }
        return {one for one in found if one[2]}

    @property
    def request(self) -> Mapping[str, str]:
        """As AddPermission takes it."""
        told = {
            "Action": _ACTION,
            "Principal": self.principal,
            "SourceArn": self.source_arn,
            "SourceAccount": self.source_account,
            "PrincipalOrgID": self.principal_org_id,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An alias, and our statements in its policy by name, as they were when they were read."""

    function_name: str
    function_arn: str
    """Without a version or an alias."""
    alias: str
    project: str
    granted: Mapping[str, Statement] = field(default_factory=dict)
    polled: bool = False
    """Whether event source mappings of ours may be there."""
    scheduled: bool = False
    """Whether schedules of EventBridge Scheduler of ours may be there."""

    @property
    def alias_arn(self) -> str:
        return f"{self.function_arn}:{self.alias}"


def place_of(live: Live, alias: str, *, project: str, granted: Mapping[str, Statement]) -> Place:
    """An alias of a function that is there."""
    name = live.function_arn.rpartition(":")[2]
    return Place(
        function_name=name,
        function_arn=live.function_arn,
        alias=alias,
        project=project,
        granted=granted,
        polled=POLLED in live.tags,
        scheduled=SCHEDULED in live.tags,
    )


def digest(text: str) -> str:
    """Hex, for names."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def is_ours(name: str) -> bool:
    """Whether a statement belongs to a trigger."""
    return name.startswith((SCHEDULE, PERMISSION))


def source_of(statement: Statement) -> str:
    """The ARN that a statement is for; empty where there is none."""
    return next((value for _, key, value in sorted(_conditions(statement)) if key == "aws:sourcearn"), "")


def _principal(statement: Statement) -> str:
    found = statement.get("Principal")
    if isinstance(found, dict) and len(found) == 1:
        found = next(iter(found.values()))
    return _bare(found) if isinstance(found, str) else ""


def _bare(principal: str) -> str:
    """AWS writes an account as the ARN of its root."""
    root = re.fullmatch(r"arn:aws[a-zA-Z0-9-]*:iam::(\d{12}):root", principal)
    return root[1] if root else principal


def _conditions(statement: Statement) -> set[tuple[str, str, str]]:
    """Operator, key in small letters (its case says nothing), and value."""
    found = statement.get("Condition") or {}
    return {(by, str(key).lower(), str(value)) for by, inner in found.items() for key, value in inner.items()}
