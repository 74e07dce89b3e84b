"""What Lambda polls for a function: the section ``event-source`` of ``triggers``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from lambda_ci.model.spec.section import Section
from lambda_ci.model.spec.serving import Destination

SourceArn = Annotated[str, Field(max_length=512, pattern=r"^arn:aws[a-zA-Z0-9-]*:[a-z0-9-]+:[a-z0-9-]+:[0-9]{12}:\S+$")]
Moment = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class SourceAccessSpec(Section):
    """One thing that Lambda needs to reach a cluster or a broker."""

    type: Literal[
        "BASIC_AUTH",
        "SASL_SCRAM_512_AUTH",
        "SASL_SCRAM_256_AUTH",
        "CLIENT_CERTIFICATE_TLS_AUTH",
        "SERVER_ROOT_CA_CERTIFICATE",
        "VIRTUAL_HOST",
        "VPC_SUBNET",
        "VPC_SECURITY_GROUP",
    ] = Field(description="What `uri` is. A broker takes `BASIC_AUTH`.")
    uri: str = Field(
        description="The ARN of a secret in Secrets Manager, or the name of a virtual host.",
        min_length=1,
        max_length=200,
        pattern=r"^[a-zA-Z0-9/*:_+=.@-]+$",
    )


class EventSourceSpec(Section):
    """An event source mapping that calls the alias. What is not written has AWS's default."""

    source_arn: SourceArn = Field(description="The queue, stream, cluster or broker, by ARN.")
    enabled: bool = Field(True, description="`false`: the mapping is there and Lambda does not poll.")  # noqa: FBT003 - a field's default
    batch_size: int | None = Field(
        None,
        description="How many records the function gets at most at once. Default: 10 of a queue, else 100. FIFO queues: at most 10.",
        ge=1,
        le=10_000,
    )
    maximum_batching_window_in_seconds: int | None = Field(
        None,
        description="How long Lambda gathers records. A queue with a batch size above 10 needs at least 1.",
        ge=0,
        le=300,
    )
    filters: tuple[dict[str, JsonValue], ...] = Field(
        (), description="Patterns, as YAML: only records that match one of them reach the function.", max_length=10
    )
    report_batch_item_failures: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="The function answers with the records that failed (`batchItemFailures`); the others are not tried again.",
    )
    maximum_concurrency: int | None = Field(
        None, description="Queues: how many calls at once this source makes at most.", ge=2, le=1000
    )
    starting_position: Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"] | None = Field(
        None,
        description="Streams and MSK: where reading begins. `LATEST` misses what arrives while the mapping is made; `TRIM_HORIZON` "
        "begins with the oldest record. Another value makes the mapping anew.",
    )
    starting_position_timestamp: Moment | None = Field(
        None, description="With `AT_TIMESTAMP`, in UTC: `2026-11-21T08:00:00Z`."
    )
    on_failure: Destination | None = Field(
        None, description="Streams and MSK: the ARN of the queue, topic or bucket that is told of records given up."
    )
    maximum_retry_attempts: int | None = Field(
        None,
        description="Streams and MSK: how often records are tried again. Default: -1, until they expire.",
        ge=-1,
        le=10_000,
    )
    maximum_record_age_in_seconds: int | None = Field(
        None, description="Streams and MSK: older records are given up. Default: -1, none.", ge=-1, le=604_800
    )
    bisect_batch_on_function_error: bool = Field(
        False,  # noqa: FBT003 - a field's default
        description="Streams and MSK: a batch that failed is tried again in two halves.",
    )
    parallelization_factor: int | None = Field(
        None, description="Streams: how many batches of one shard are worked on at once. Default: 1.", ge=1, le=10
    )
    tumbling_window_in_seconds: int | None = Field(
        None,
        description="Streams: the length of windows whose state the function passes on. Default: none.",
        ge=0,
        le=900,
    )
    topic: str | None = Field(
        None, description="MSK: the topic.", min_length=1, max_length=249, pattern=r"^[^.][a-zA-Z0-9_.-]+$"
    )
    consumer_group_id: str | None = Field(
        None,
        description="MSK: the consumer group. Another one makes the mapping anew.",
        min_length=1,
        max_length=200,
        pattern=r"^[a-zA-Z0-9/*:_+=.@-]+$",
    )
    queue: str | None = Field(None, description="Amazon MQ: the queue.", min_length=1, max_length=1000)
    source_access_configurations: tuple[SourceAccessSpec, ...] = Field(
        (), description="MSK and Amazon MQ: how Lambda signs in, and in which network.", max_length=22
    )
