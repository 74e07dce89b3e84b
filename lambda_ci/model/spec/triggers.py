"""What calls a function: the section ``triggers``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from lambda_ci.model.schedule import LONGEST
from lambda_ci.model.spec.event_source import EventSourceSpec, SourceArn
from lambda_ci.model.spec.section import Section

TriggerName = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9._-]+$")]
Expression = Annotated[str, Field(max_length=LONGEST)]
LOCAL_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
LocalTime = Annotated[str, Field(pattern=f"^{LOCAL_TIME}$")]
TIME_ZONE = "[A-Za-z0-9_+/-]+"
SCHEDULERS = frozenset({
    "timezone",
    "role",
    "flexible_window",
    "start",
    "end",
    "maximum_retry_attempts",
    "maximum_event_age_in_seconds",
    "dead_letter",
})
"""The fields of a schedule that only EventBridge Scheduler knows."""


class ScheduleSpec(Section):
    """What calls the alias by the clock: a rule of EventBridge, or a schedule of EventBridge Scheduler."""

    expression: Expression = Field(
        description="`rate(1 hour)`, `cron(minutes hours day-of-month month day-of-week year)`, or `at(2026-12-01T09:00:00)` for once."
    )
    name: TriggerName | None = Field(
        None,
        description="What its name ends with, after project, function and alias. Default: a hash of the expression.",
    )
    input: JsonValue = Field(None, description="The event, as YAML. Default: EventBridge's own, which tells the time.")
    enabled: bool = Field(True, description="`false`: it is there and calls nobody.")  # noqa: FBT003 - a field's default
    timezone: Annotated[str, Field(min_length=1, max_length=50, pattern=f"^{TIME_ZONE}$")] | None = Field(
        None,
        description="Where `cron(…)`, `at(…)`, `start` and `end` are local time, such as `Europe/Berlin`. Default: UTC. This and all "
        "below is EventBridge Scheduler's.",
    )
    role: str | None = Field(
        None,
        description="The role that EventBridge Scheduler takes to call the alias, by ARN; required for all that is its.",
        max_length=1600,
        pattern=r"^arn:aws(-[a-z]+)?:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
    )
    flexible_window: int | None = Field(
        None, description="Minutes within which a run may begin, so that not everything runs at once.", ge=1, le=1440
    )
    start: LocalTime | None = Field(None, description="The first moment of a schedule that repeats.")
    end: LocalTime | None = Field(None, description="The last moment; then the schedule deletes itself.")
    maximum_retry_attempts: int | None = Field(
        None, description="How often a call is made again that Lambda did not take. Default: 185.", ge=0, le=185
    )
    maximum_event_age_in_seconds: int | None = Field(
        None, description="How long it is tried. Default: 86400.", ge=60, le=86400
    )
    dead_letter: str | None = Field(
        None,
        description="The queue that gets what could not be delivered, by ARN. The role must be allowed to send to it.",
        max_length=1600,
        pattern=r"^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$",
    )

    @property
    def is_schedulers(self) -> bool:
        """Whether this takes EventBridge Scheduler; a rule does for the rest."""
        return self.expression.startswith("at(") or any(getattr(self, name) is not None for name in SCHEDULERS)


class PermissionSpec(Section):
    """Who else may invoke the alias: a statement in its policy."""

    principal: str = Field(
        description="A service such as `s3.amazonaws.com`, an account (12 digits in quotes), or the ARN of a role or user.",
        min_length=1,
        max_length=256,
        pattern=r"^[^\s*]+$",
    )
    source_arn: str | None = Field(
        None,
        description="Only for this bucket, topic, API or the like, by ARN; `*` stands for any part of it.",
        max_length=512,
        pattern=r"^arn:aws[a-zA-Z0-9-]*:\S+$",
    )
    source_account: str | None = Field(
        None,
        description="Only for what belongs to this account (12 digits in quotes); a bucket's ARN does not tell whose it is.",
        pattern=r"^[0-9]{12}$",
    )
    principal_org_id: str | None = Field(
        None, description="Only for accounts of this organisation.", pattern=r"^o-[a-z0-9]{10,32}$"
    )


class TriggerSpec(Section):
    """One thing that calls the function."""

    schedule: Expression | ScheduleSpec | None = Field(
        None, description="By the clock: `rate(1 hour)`, `cron(0 9 ? * MON-FRI *)` (UTC), or a mapping with more."
    )
    permission: PermissionSpec | None = Field(
        None, description="What others have set up to call it may do so: a bucket's notifications, a topic, an API."
    )
    event_source: SourceArn | EventSourceSpec | None = Field(
        None,
        description="What Lambda polls for it: the ARN of a queue, a stream, a cluster or a broker, or a mapping with more.",
    )
