from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.event_source import Kind, kind_of
from lambda_ci.model.spec.event_source import EventSourceSpec
from tests.fakes.polled import BROKER, CLUSTER, FIFO, QUEUE, STREAM, TABLE

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

BASIC = (
    "source-access-configurations: [{type: BASIC_AUTH, uri: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:s'}]"
)


def declare(configuration: Configuration, arn: str, options: str = "") -> None:
    long = f"{{source-arn: '{arn}'{options and ', '}{options}}}"
    configuration.one(f"triggers: [{{event-source: {long if options else repr(arn)}}}]")


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (QUEUE, Kind.SQS),
        (FIFO, Kind.SQS),
        (STREAM, Kind.KINESIS),
        (f"{STREAM}/consumer/mine:1620000000", Kind.KINESIS),
        (TABLE, Kind.DYNAMODB),
        (CLUSTER, Kind.KAFKA),
        ("arn:aws:kafka:eu-west-1:123456789012:vpc-connection/123456789012/shop/1", Kind.KAFKA),
        (BROKER, Kind.MQ),
        ("arn:aws-cn:sqs:cn-north-1:123456789012:orders", Kind.SQS),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/orders", None),
        ("arn:aws:sns:eu-west-1:123456789012:topic", None),
        ("arn:aws:kinesis:eu-west-1:123456789012:deliverystream/x", None),
    ],
)
def test_the_arn_tells_the_kind(arn: str, kind: Kind | None) -> None:
    assert kind_of(arn) is kind


def test_both_forms_are_read(configuration: Configuration) -> None:
    configuration.one(
        f"triggers: [{{event-source: '{QUEUE}'}}, {{event-source: {{source-arn: '{STREAM}', starting-position: LATEST,"
        " filters: [{data: {a: [1, {exists: true}]}}], enabled: false}}]"
    )
    short, long = configuration.function().spec.triggers or ()
    assert short.event_source == QUEUE
    assert isinstance(long.event_source, EventSourceSpec)
    assert (long.event_source.filters, long.event_source.enabled) == (({"data": {"a": [1, {"exists": True}]}},), False)


@pytest.mark.parametrize(
    ("arn", "options"),
    [
        (QUEUE, "batch-size: 10"),
        (QUEUE, "batch-size: 10000, maximum-batching-window-in-seconds: 1, maximum-concurrency: 2"),
        (FIFO, "batch-size: 10, report-batch-item-failures: true"),
        (
            STREAM,
            "starting-position: AT_TIMESTAMP, starting-position-timestamp: '2026-11-21T08:00:00Z', batch-size: 10000",
        ),
        (STREAM, f"starting-position: LATEST, on-failure: '{QUEUE}', maximum-retry-attempts: -1"),
        (TABLE, "starting-position: TRIM_HORIZON, maximum-record-age-in-seconds: -1, tumbling-window-in-seconds: 30"),
        (CLUSTER, "starting-position: TRIM_HORIZON, topic: orders"),
        (BROKER, f"queue: orders, {BASIC}"),
        ("arn:aws:sqs:eu-west-1:123456789012:${env:QUEUE:-orders}", "batch-size: 1"),
    ],
)
def test_what_lambda_takes_is_let_through(configuration: Configuration, arn: str, options: str) -> None:
    declare(configuration, arn, options)
    assert configuration.problems() == []


@pytest.mark.parametrize(
    ("arn", "options", "message"),
    [
        ("queue", "", "event-source: must be the ARN of a queue, a stream, a cluster or a broker, not"),
        (
            "arn:aws:sns:eu-west-1:123456789012:t",
            "",
            "must be the ARN of an SQS queue, a Kinesis stream, a DynamoDB stream,",
        ),
        ("arn:aws:sns:eu-west-1:123456789012:t", "", "other services call by themselves, and need a `permission`"),
        (
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
            "starting-position: LATEST",
            "the ARN of the table's stream",
        ),
        (
            QUEUE,
            "batch-size: 11",
            "batch-size: a batch-size above 10 needs maximum-batching-window-in-seconds of at least 1",
        ),
        (
            QUEUE,
            "batch-size: 10001, maximum-batching-window-in-seconds: 1",
            "batch-size: must be at most 10000, not 10001",
        ),
        (QUEUE, "maximum-concurrency: 1", "maximum-concurrency: must be at least 2, not 1"),
        (
            QUEUE,
            "starting-position: LATEST",
            "starting-position: an SQS queue does not take it, only a Kinesis stream,",
        ),
        (
            QUEUE,
            f"on-failure: '{FIFO}'",
            "on-failure: an SQS queue does not take it, only a Kinesis stream, a DynamoDB stream, an MSK",
        ),
        (QUEUE, "maximum-retry-attempts: 2", "a queue has a dead-letter queue of its own for that"),
        (QUEUE, "bach-size: 2", 'bach-size: unknown key; did you mean "batch-size"?'),
        (FIFO, "batch-size: 11", "batch-size: must be at most 10 for a FIFO queue, not 11"),
        (FIFO, "maximum-batching-window-in-seconds: 1", "a FIFO queue takes no batching window"),
        (STREAM, "", "starting-position: a Kinesis stream needs starting-position"),
        (STREAM, "starting-position: FIRST", "starting-position: must be"),
        (STREAM, "starting-position: AT_TIMESTAMP", "starting-position: needs starting-position-timestamp"),
        (
            STREAM,
            "starting-position: LATEST, starting-position-timestamp: '2026-11-21T08:00:00Z'",
            "AT_TIMESTAMP` only",
        ),
        (
            STREAM,
            "starting-position: AT_TIMESTAMP, starting-position-timestamp: today",
            "must be a time in UTC, such as",
        ),
        (STREAM, "starting-position: LATEST, maximum-record-age-in-seconds: 59", "must be -1 or at least 60, not 59"),
        (STREAM, "starting-position: LATEST, parallelization-factor: 11", "must be at most 10, not 11"),
        (
            STREAM,
            "starting-position: LATEST, maximum-concurrency: 2",
            "a Kinesis stream does not take it, only an SQS queue",
        ),
        (
            TABLE,
            "starting-position: AT_TIMESTAMP, starting-position-timestamp: '2026-11-21T08:00:00Z'",
            "is read from TRIM_",
        ),
        (CLUSTER, "starting-position: LATEST", "topic: an MSK cluster needs topic"),
        (BROKER, f"{BASIC}", "queue: an Amazon MQ broker needs queue"),
        (BROKER, "queue: q", "source-access-configurations: an Amazon MQ broker needs source-access-configurations"),
        (BROKER, "queue: q, source-access-configurations: [{type: KEY, uri: x}]", "type: must be"),
        (QUEUE, "filters: [{}]", "filters[0]: is empty"),
        (QUEUE, "filters: [text]", "filters[0]: must be a mapping"),
        (QUEUE, f"filters: [{{body: [{'x' * 4090}]}}]", "has 4103 characters as JSON; Lambda takes 4096"),
        (
            QUEUE,
            f"filters: [{', '.join(['{body: [1]}'] * 6)}]",
            "has 6 patterns; Lambda takes 5, unless AWS has raised",
        ),
    ],
)
def test_what_lambda_refuses_is_said_in_its_place(
    configuration: Configuration, arn: str, options: str, message: str
) -> None:
    declare(configuration, arn, options)
    found = "\n".join(configuration.problems())
    assert message in found
    assert "lambda-ci.yml:6:" in found


def test_a_source_is_polled_once(configuration: Configuration) -> None:
    configuration.one(
        f"triggers: [{{event-source: '{QUEUE}'}}, {{event-source: {{source-arn: '{QUEUE}', batch-size: 3}}}}]"
    )
    assert "triggers[0].event-source has this source already" in "\n".join(configuration.problems())


def test_a_source_from_the_environment_is_looked_at_as_well(configuration: Configuration) -> None:
    configuration.environ = {"QUEUE": QUEUE}
    declare(configuration, "${env:QUEUE}", "batch-size: 20")
    assert "needs maximum-batching-window-in-seconds" in "\n".join(configuration.problems())
