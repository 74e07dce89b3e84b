"""What calls a function: the section ``triggers``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from lambda_ci.model.schedule import LONGEST
from lambda_ci.model.spec.section import Section

TriggerName = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9._-]+$")]
Expression = Annotated[str, Field(max_length=LONGEST)]


class ScheduleSpec(Section):
    """A rule of EventBridge that calls the alias by the clock."""

    expression: Expression = Field(
        description="`rate(1 hour)`, or `cron(minutes hours day-of-month month day-of-week year)`, in UTC."
    )
    name: TriggerName | None = Field(
        None,
        description="What the rule's name ends with, after project, function and alias. Default: a hash of the expression.",
    )
    input: JsonValue = Field(None, description="The event, as YAML. Default: EventBridge's own, which tells the time.")
    enabled: bool = Field(True, description="`false`: the rule is there and calls nobody.")  # noqa: FBT003 - a field's default


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
