"""CloudWatch Logs, as far as a function needs it: the log group, and for how long it keeps what is logged.

Source: CloudWatch Logs API reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lambda_ci.adapters.aws_answers import check
from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking


@dataclass(frozen=True, kw_only=True)
class LogGroup:
    """``days``: for how long; ``None``: for ever."""

    name: str
    days: int | None = None


@dataclass(frozen=True)
class Logs:
    """``client`` is boto3's. Everything raises ``AwsError``."""

    client: Any

    def find(self, name: str) -> LogGroup | None:
        """``None`` where there is none of this name. One request: groups are listed by name, and this is the first with its own
        name for a prefix."""
        doing = f"look for the log group {name}"
        with asking(doing):
            answer = self.client.describe_log_groups(logGroupNamePrefix=name)
        check(answer, doing, "logGroups")
        found = (one for one in answer["logGroups"] if one.get("logGroupName") == name)
        return next((LogGroup(name=name, days=one.get("retentionInDays")) for one in found), None)

    def create(self, name: str) -> LogGroup:
        """That it exists already is a ``Refusal``."""
        doing = f"create the log group {name}"
        with asking(doing):
            check(self.client.create_log_group(logGroupName=name), doing)
        return LogGroup(name=name)

    def keep(self, name: str, *, days: int | None) -> LogGroup:
        """From now on so long; ``None``: for ever."""
        doing = f"set for how long the log group {name} keeps its events"
        with asking(doing):
            if days is None:
                answer = self.client.delete_retention_policy(logGroupName=name)
            else:
                answer = self.client.put_retention_policy(logGroupName=name, retentionInDays=days)
        check(answer, doing)
        return LogGroup(name=name, days=days)

    def delete(self, name: str) -> bool:
        """With all that it holds. ``False``: there was none."""
        doing = f"delete the log group {name}"
        try:
            with asking(doing):
                check(self.client.delete_log_group(logGroupName=name), doing)
        except Refusal as refusal:
            if refusal.code != ABSENT:
                raise
            return False
        return True
