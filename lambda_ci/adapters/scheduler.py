"""EventBridge Scheduler, as far as a function needs it: schedules of the group ``default``.

Source: EventBridge Scheduler API reference. UpdateSchedule replaces all: what it does not say gets its default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import check
from lambda_ci.adapters.aws_errors import asking, unless_absent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GROUP = "default"


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One schedule; what is left out is as AWS has it by itself. ``target`` is what it calls and ``role`` as whom, by ARN."""

    name: str
    expression: str
    timezone: str = "UTC"
    enabled: bool = True
    target: str = ""
    role: str = ""
    input: str = ""
    """The event as JSON; empty for Scheduler's own."""
    window: int = 0
    """Minutes within which a run may begin."""
    start: datetime | None = None
    end: datetime | None = None
    retries: int = 185
    age: int = 86400
    """Seconds that a call is tried."""
    dead_letter: str = ""
    leaves: bool = False
    """Whether it deletes itself after its last run."""
    key: str = ""
    """The KMS key that encrypts it; empty for AWS's own."""
    description: str = ""


@dataclass(frozen=True)
class Scheduler:
    """``client`` is boto3's. Everything raises ``AwsError``."""

    client: Any

    def find(self, name: str) -> Timed | None:
        """``None`` where there is none."""
        doing = f"read the schedule {name}"
        found = unless_absent(lambda: self.client.get_schedule(Name=name, GroupName=GROUP), doing=doing)
        if found is None:
            return None
        check(found, doing, "ScheduleExpression", "Target")
        return _timed(name, found)

    def targets(self, beginning: str) -> Iterator[tuple[str, str]]:
        """The names that begin so, each with what the schedule calls."""
        doing, more = f"list the schedules {beginning}*", dict[str, str]()
        while True:
            with asking(doing):
                answer = self.client.list_schedules(GroupName=GROUP, NamePrefix=beginning, MaxResults=100, **more)
            check(answer, doing, "Schedules")
            yield from ((one["Name"], one.get("Target", {}).get("Arn", "")) for one in answer["Schedules"])
            if not (token := answer.get("NextToken")):
                return
            more = {"NextToken": token}

    def create(self, timed: Timed) -> None:
        """One that is not there yet."""
        doing = f"create the schedule {timed.name}"
        with asking(doing):
            check(self.client.create_schedule(**_request(timed)), doing, "ScheduleArn")

    def update(self, timed: Timed) -> None:
        """All of it."""
        doing = f"change the schedule {timed.name}"
        with asking(doing):
            check(self.client.update_schedule(**_request(timed)), doing, "ScheduleArn")

    def delete(self, name: str) -> None:
        """That there is none is fine."""
        doing = f"delete the schedule {name}"
        answer = unless_absent(lambda: self.client.delete_schedule(Name=name, GroupName=GROUP), doing=doing)
        if answer is not None:
            check(answer, doing)


def _request(timed: Timed) -> dict[str, Any]:
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": timed.window} if timed.window else {"Mode": "OFF"}
    limits = {"StartDate": timed.start, "EndDate": timed.end, "KmsKeyArn": timed.key}
    target = {
        "Arn": timed.target,
        "RoleArn": timed.role,
        "RetryPolicy": {"MaximumRetryAttempts": timed.retries, "MaximumEventAgeInSeconds": timed.age},
        **({"Input": timed.input} if timed.input else {}),
        **({"DeadLetterConfig": {"Arn": timed.dead_letter}} if timed.dead_letter else {}),
    }
    return {
        "Name": timed.name,
        "GroupName": GROUP,
        "ScheduleExpression": timed.expression,
        "ScheduleExpressionTimezone": timed.timezone,
        "State": "ENABLED" if timed.enabled else "DISABLED",
        "FlexibleTimeWindow": window,
        "ActionAfterCompletion": "DELETE" if timed.leaves else "NONE",
        "Description": timed.description,
        "Target": target,
        **{name: value for name, value in limits.items() if value},
    }


def _timed(name: str, found: Mapping[str, Any]) -> Timed:
    target, window = found["Target"], found.get("FlexibleTimeWindow", {})
    retry = target.get("RetryPolicy", {})
    return Timed(
        name=name,
        expression=found["ScheduleExpression"],
        timezone=found.get("ScheduleExpressionTimezone", "UTC"),
        enabled=found.get("State") != "DISABLED",
        target=target.get("Arn", ""),
        role=target.get("RoleArn", ""),
        input=target.get("Input", ""),
        window=window.get("MaximumWindowInMinutes", 0) if window.get("Mode") == "FLEXIBLE" else 0,
        start=_utc(found.get("StartDate")),
        end=_utc(found.get("EndDate")),
        retries=retry.get("MaximumRetryAttempts", Timed.retries),
        age=retry.get("MaximumEventAgeInSeconds", Timed.age),
        dead_letter=target.get("DeadLetterConfig", {}).get("Arn", ""),
        leaves=found.get("ActionAfterCompletion") == "DELETE",
        key=found.get("KmsKeyArn", ""),
        description=found.get("Description", ""),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
