"""Schedules of EventBridge Scheduler as they are checked: today is in November 2026."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.spec.triggers import ScheduleSpec

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

ROLE = "arn:aws:iam::123456789012:role/scheduler"
CRON = "expression: cron(0 9 ? * MON-FRI *)"


def declare(configuration: Configuration, text: str) -> None:
    configuration.one(f"triggers: [{{schedule: {{{text}, role: '{ROLE}'}}}}]")


def test_every_option_is_read(configuration: Configuration) -> None:
    declare(
        configuration,
        f"{CRON}, name: daily, timezone: Europe/Berlin, flexible-window: 15, start: 2026-12-01T00:00:00, end: '2027-01-01T00:00:00',"
        " maximum-retry-attempts: 0, maximum-event-age-in-seconds: 60, dead-letter: 'arn:aws:sqs:eu-west-1:123456789012:late'",
    )
    (trigger,) = configuration.function().spec.triggers or ()
    assert isinstance(trigger.schedule, ScheduleSpec)
    assert trigger.schedule.is_schedulers
    assert (trigger.schedule.start, trigger.schedule.end) == ("2026-12-01T00:00:00", "2027-01-01T00:00:00")
    assert (trigger.schedule.timezone, trigger.schedule.flexible_window) == ("Europe/Berlin", 15)


@pytest.mark.parametrize("key", ["timezone: UTC", "flexible-window: 5", "start: 2026-12-01T00:00:00"])
def test_without_a_role_the_error_has_what_the_role_needs(configuration: Configuration, key: str) -> None:
    configuration.one(f"triggers: [{{schedule: {{{CRON}, {key}}}}}]")
    (found,) = configuration.problems()
    assert f"triggers[0].schedule.role: is required with {key.partition(':')[0]}: the ARN of a role" in found
    assert '"Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"' in found
    assert '"lambda:InvokeFunction", "Resource": ["arn:aws:lambda:REGION:ACCOUNT:function:f:live"]' in found


def test_the_short_form_of_once_needs_the_long_one(configuration: Configuration) -> None:
    configuration.one("triggers: [{schedule: 'at(2026-12-01T09:00:00)'}]")
    (found,) = configuration.problems()
    assert "is required with at(…)" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{CRON}, timezone: Europe/Berlino", 'not "Europe/Berlino"; did you mean "Europe/Berlin"?'),
        (f"{CRON}, timezone: europe berlin", 'timezone: must be a time zone, such as Europe/Berlin, not "europe berlin"'),
        (f"{CRON}, timezone: Berlin", 'is not the name of a time zone, such as Europe/Berlin, not "Berlin"'),
        ("expression: 'at(2026-12-01T09:00:00Z)'", "schedule.expression: 'at(2026-12-01T09:00:00Z)' is no schedule"),
        ("expression: 'at(2027-03-28T02:30:00)', timezone: Europe/Berlin", "never comes: clocks in this time zone skip it"),
        ("expression: 'at(2026-12-01T09:00:00)', start: 2026-12-01T00:00:00", "start: at(…) runs once"),
        (f"{CRON}, start: 2026-12-01", "start: must be a local time, such as 2026-12-01T09:00:00"),
        (f"{CRON}, end: 2026-02-30T00:00:00", "end: there is no such time"),
        (f"{CRON}, start: 2026-12-02T00:00:00, end: 2026-12-01T00:00:00", "end: must be after start"),
        (f"{CRON}, flexible-window: 1441", "flexible-window: must be at most 1440"),
        (f"{CRON}, maximum-retry-attempts: 186", "maximum-retry-attempts: must be at most 185"),
        (f"{CRON}, maximum-event-age-in-seconds: 59", "must be at least 60"),
        (f"{CRON}, dead-letter: late", "dead-letter: must be the ARN of a queue"),
        (f"{CRON}, timezon: UTC", 'timezon: unknown key; did you mean "timezone"?'),
        (f"{CRON}, input: {'x' * 262143}", "has 262145 bytes as JSON; EventBridge takes 262144"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_its_place(configuration: Configuration, text: str, message: str) -> None:
    declare(configuration, text)
    found = "\n".join(configuration.problems())
    assert message in found
    assert found.count("lambda-ci.yml:6:") == 1


def test_a_role_is_an_arn(configuration: Configuration) -> None:
    configuration.one(f"triggers: [{{schedule: {{{CRON}, role: scheduler}}}}]")
    assert "role: must be the ARN of a role, such as" in "\n".join(configuration.problems())


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("expression: 'at(2026-11-01T09:00:00)'", '"at(2026-11-01T09:00:00)" is in the past: it is not made'),
        ("expression: 'at(2027-11-01T09:00:00)', timezone: Asia/Tokyo", ""),
        (f"{CRON}, end: 2026-01-01T00:00:00", "end: is in the past: the schedule is not made"),
        (f"{CRON}, start: 2026-01-01T00:00:00", ""),
        ("expression: rate(1 day), timezone: Europe/Berlin", "timezone: a rate has no time zone"),
        ("expression: rate(1 day), timezone: Europe/Berlin, start: 2026-12-01T00:00:00", ""),
    ],
)
def test_what_will_not_do_what_it_seems_to_is_a_warning(configuration: Configuration, text: str, warning: str) -> None:
    declare(configuration, text)
    found = [str(one) for one in configuration.load().warnings]
    assert [warning in one for one in found] == ([True] if warning else [])


def test_a_secret_is_not_repeated(configuration: Configuration) -> None:
    configuration.environ = {"ZONE": "Europe/Berlino"}
    declare(configuration, f"{CRON}, timezone: '${{env:ZONE}}'")
    found = "\n".join(configuration.problems())
    assert "is not the name of a time zone" in found
    assert "Berlino" not in found
