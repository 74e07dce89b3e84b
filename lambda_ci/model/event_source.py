"""Event sources that Lambda polls: which kinds there are, what each takes, and what its role needs.

Sources: Lambda API reference, CreateEventSourceMapping; Lambda developer guide, "Event source mappings"; the managed policies
AWSLambdaSQSQueueExecutionRole, AWSLambdaKinesisExecutionRole, AWSLambdaDynamoDBExecutionRole and AWSLambdaMSKExecutionRole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """By the service that an ARN names."""

    SQS = "sqs"
    KINESIS = "kinesis"
    DYNAMODB = "dynamodb"
    KAFKA = "kafka"
    MQ = "mq"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """``name``: of such a source, for people. ``batch_size``: where none is given."""

    name: str
    batch_size: int
    role: tuple[str, ...]
    """The actions that the function's role needs on the source."""
    needs: tuple[str, ...] = ()
    """Options that must be given."""


FACTS: Mapping[Kind, Facts] = {
    Kind.SQS: Facts(
        name="an SQS queue",
        batch_size=10,
        role=("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    ),
    Kind.KINESIS: Facts(
        name="a Kinesis stream",
        batch_size=100,
        role=(
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:SubscribeToShard",
        ),
        needs=("starting-position",),
    ),
    Kind.DYNAMODB: Facts(
        name="a DynamoDB stream",
        batch_size=100,
        role=("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        needs=("starting-position",),
    ),
    Kind.KAFKA: Facts(
        name="an MSK cluster",
        batch_size=100,
        role=("kafka:DescribeCluster", "kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"),
        needs=("starting-position", "topic"),
    ),
    Kind.MQ: Facts(
        name="an Amazon MQ broker",
        batch_size=100,
        role=("mq:DescribeBroker",),
        needs=("queue", "source-access-configurations"),
    ),
}
_STREAMS = frozenset({Kind.KINESIS, Kind.DYNAMODB})
_LOGS = _STREAMS | {Kind.KAFKA}
"""Sources that keep what was read, so that reading has a position."""
TAKEN_BY: Mapping[str, frozenset[Kind]] = {
    "maximum-concurrency": frozenset({Kind.SQS}),
    "report-batch-item-failures": _LOGS | {Kind.SQS},
    "starting-position": _LOGS,
    "starting-position-timestamp": frozenset({Kind.KINESIS, Kind.KAFKA}),
    "on-failure": _LOGS,
    "maximum-retry-attempts": _LOGS,
    "maximum-record-age-in-seconds": _LOGS,
    "bisect-batch-on-function-error": _LOGS,
    "parallelization-factor": _STREAMS,
    "tumbling-window-in-seconds": _STREAMS,
    "topic": frozenset({Kind.KAFKA}),
    "consumer-group-id": frozenset({Kind.KAFKA}),
    "queue": frozenset({Kind.MQ}),
    "source-access-configurations": frozenset({Kind.KAFKA, Kind.MQ}),
}
"""The kinds that take an option; all take those that are not here."""
_STARTS = {Kind.KINESIS: ("stream/",), Kind.KAFKA: ("cluster/", "vpc-connection/"), Kind.MQ: ("broker:",)}
FIFO_BATCH = 10
"""Records in a batch of a FIFO queue; and of any queue, where nothing is waited for."""


def kind_of(arn: str) -> Kind | None:
    """``None`` for what Lambda does not poll, or not by an ARN like this."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[-1]
    for kind, starts in _STARTS.items():
        if service == kind:
            return kind if resource.startswith(starts) else None
    if service == Kind.DYNAMODB:
        return Kind.DYNAMODB if resource.startswith("table/") and "/stream/" in resource else None
    return Kind.SQS if service == Kind.SQS and ":" not in resource else None


def is_fifo(arn: str) -> bool:
    """Whether it is a queue that keeps the order."""
    return kind_of(arn) is Kind.SQS and arn.endswith(".fifo")
