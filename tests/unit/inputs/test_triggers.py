from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.spec.triggers import ScheduleSpec

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration


def test_both_forms_of_a_schedule_and_a_permission_are_read(configuration: Configuration) -> None:
    configuration.one(
        "triggers: [{schedule: rate(1 hour)}, {schedule: {expression: 'cron(0 2 * * ? *)', name: nightly, input: {a: [1]}}},"
        " {permission: {principal: sns.amazonaws.com, source-arn: 'arn:aws:sns:eu-west-1:123456789012:t'}}]"
    )
    first, second, third = configuration.function().spec.triggers or ()
    assert first.schedule == "rate(1 hour)"
    assert isinstance(second.schedule, ScheduleSpec)
    assert (second.schedule.name, second.schedule.input, second.schedule.enabled) == ("nightly", {"a": [1]}, True)
    assert third.permission is not None
    assert third.permission.source_arn == "arn:aws:sns:eu-west-1:123456789012:t"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "[0]: must have one of schedule, permission, event-source; each trigger is an element of its own"),
        (
            "{schedule: rate(1 hour), permission: {principal: a}}",
            "[0]: must have one of schedule, permission, event-source; each",
        ),
        ("{schedul: rate(1 hour)}", '[0].schedul: unknown key; did you mean "schedule"?'),
        (
            "{schedule: rate(1 hours)}",
            "[0].schedule: 'rate(1 hours)' is no schedule: must be rate(1 hour): AWS takes the singular",
        ),
        ("{schedule: '0 9 * * 1-5'}", "in AWS's form that is cron(0 9 ? * MON-FRI *)"),
        (
            "{schedule: {expression: cron(0 9 * * *)}}",
            "[0].schedule.expression: 'cron(0 9 * * *)' is no schedule: cron takes six",
        ),
        ("{schedule: {name: a}}", "[0].schedule.expression: is required"),
        ("{schedule: {expression: rate(1 hour), nam: a}}", '[0].schedule.nam: unknown key; did you mean "name"?'),
        (
            "{schedule: {expression: rate(1 hour), name: a b}}",
            "[0].schedule.name: must be letters, digits, dots, - and _, not",
        ),
        ("{schedule: 5}", "[0].schedule: must be"),
        (
            "{schedule: rate(1 hour)}, {schedule: rate(1 hour)}",
            "[0].schedule has this expression already; give each a name",
        ),
        (
            "{schedule: {expression: rate(1 day), name: a}}, {schedule: {expression: rate(1 hour), name: a}}",
            "[0].schedule has this name already",
        ),
        (
            f"{{schedule: {{expression: rate(1 hour), input: {'x' * 8200}}}}}",
            "has 8202 bytes as JSON; EventBridge takes 8192",
        ),
        (
            "{permission: {principal: '*'}}",
            "[0].permission.principal: must be a service, an account or an ARN, without * and",
        ),
        (
            "{permission: {principal: sns.amazonaws.com, source-account: 123}}",
            '[0].permission.source-account: 123 was read as the number 123; write "123"',
        ),
        ("{permission: {source-arn: 'arn:aws:s3:::b'}}", "[0].permission.principal: is required"),
    ],
)
def test_what_is_wrong_is_said_in_its_place(configuration: Configuration, text: str, message: str) -> None:
    configuration.one(f"triggers: [{text}]")
    found = "\n".join(configuration.problems())
    assert message in found
    assert "lambda-ci.yml:6:" in found


@pytest.mark.parametrize(
    ("principal", "warning"),
    [
        ("principal: s3.amazonaws.com, source-arn: 'arn:aws:s3:::b'", "without source-account a bucket of this name"),
        ("principal: sns.amazonaws.com", "everybody who uses this service may call it"),
        ("principal: 'arn:aws:iam::123456789012:role/caller'", ""),
    ],
)
def test_what_is_allowed_to_too_many_is_a_warning(configuration: Configuration, principal: str, warning: str) -> None:
    configuration.one(f"triggers: [{{permission: {{{principal}}}}}]")
    found = [one.message for one in configuration.load().warnings if "source-account" in one.message]
    assert [warning in one for one in found] == ([True] if warning else [])
