"""Queues that LocalStack's Lambda polls for the alias: real messages, and everything that a mapping goes through."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3

from tests.fakes.aws_faults import Lost
from tests.localstack.account import NAME, REGION

if TYPE_CHECKING:
    from tests.localstack.account import Account

WAITED = 60.0
"""Seconds in which a message must have been worked on."""
FORWARDS = """\
import json, os
import boto3

def handler(event, context):
    records = event.get("Records", [])
    if records:
        address = os.environ["AWS_ENDPOINT_URL"]
        queue = boto3.client("sqs", region_name="eu-west-1", endpoint_url=address)
        told = {"bodies": [one["body"] for one in records], "version": context.function_version}
        queue.send_message(QueueUrl=%r, MessageBody=json.dumps(told))
    return {"statusCode": 200, "batchItemFailures": []}
"""


def queues(account: Account) -> Any:  # noqa: ANN401 - boto3's client
    return boto3.client(
        "sqs",
        endpoint_url=account.stack.url,
        region_name=REGION,
        aws_access_key_id=account.number,
        aws_secret_access_key="not-a-secret",
    )


def queue(account: Account, name: str, **attributes: str) -> tuple[str, str]:
    """The address and the ARN of a new queue."""
    client = queues(account)
    address = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return address, f"arn:aws:sqs:{REGION}:{account.number}:{name}"


def mappings(account: Account) -> list[Any]:
    found: list[Any] = account.client.list_event_source_mappings(FunctionName=f"{NAME}:live")["EventSourceMappings"]
    return [one for one in found if one["State"] != "Deleting"]


def source(arn: str, **options: object) -> dict[str, Any]:
    return {"event-source": {"source-arn": arn, **{key.replace("_", "-"): value for key, value in options.items()}}}


def received(account: Account, address: str) -> str:
    """The first message; empty where none arrives in time."""
    deadline = time.monotonic() + WAITED
    while time.monotonic() < deadline:
        answer = queues(account).receive_message(QueueUrl=address, WaitTimeSeconds=5)
        for one in answer.get("Messages", []):
            return str(one["Body"])
    return ""


def test_messages_reach_the_version_that_the_alias_runs(account: Account) -> None:
    orders, arn = queue(account, "orders")
    answers, _ = queue(account, "answers")
    ran = account.deploy(code=FORWARDS % answers, triggers=[source(arn, filters=[{"body": {"kind": ["new"]}}])])
    assert ran.code == 0, ran.err
    (made,) = mappings(account)
    assert (made["State"], made["EventSourceArn"]) == ("Enabled", arn)
    assert made["FunctionArn"] == f"arn:aws:lambda:{REGION}:{account.number}:function:{NAME}:live"
    tags = account.client.list_tags(Resource=made["EventSourceMappingArn"])["Tags"]
    assert tags["lambda-ci:project"] == "shop"
    queues(account).send_message(QueueUrl=orders, MessageBody='{"kind": "old"}')
    queues(account).send_message(QueueUrl=orders, MessageBody='{"kind": "new"}')
    assert received(account, answers) == '{"bodies": ["{\\"kind\\": \\"new\\"}"], "version": "1"}'


def test_from_its_making_to_its_end(account: Account) -> None:
    _, arn = queue(account, "orders")
    _, fifo = queue(account, "orders.fifo", FifoQueue="true")
    account.proxy.faults.add("CreateEventSourceMapping", Lost())
    wanted = [source(arn, batch_size=20, maximum_batching_window_in_seconds=1, maximum_concurrency=2), source(fifo)]
    ran = account.deploy("first", triggers=wanted)
    assert ran.code == 0, ran.err
    assert len(mappings(account)) == 2, "boto3 asked twice for what was lost, and AWS said that it exists"
    ran = account.deploy()
    assert (ran.document["changed"], account.proxy.writes) == (False, [])
    assert account.proxy.operations == ["GetFunction", "GetFunction", "GetPolicy", "ListEventSourceMappings"]
    told = {one["source"]: one["state"] for one in account.cli("status", "--json").function(NAME)["event-sources"]}
    assert told == {arn: "Enabled", fifo: "Enabled"}
    changed = [
        source(arn, enabled=False, filters=[{"body": {"kind": ["new"]}}], report_batch_item_failures=True),
        source(fifo),
    ]
    ran = account.deploy("first", triggers=changed)
    assert ran.code == 0, ran.err
    assert account.proxy.writes == ["UpdateEventSourceMapping"]
    (one,) = (found for found in mappings(account) if found["EventSourceArn"] == arn)
    assert (one["State"], one["BatchSize"], one["MaximumBatchingWindowInSeconds"]) == ("Disabled", 10, 0)
    assert one["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert not account.deploy().document["changed"]
    ran = account.deploy("first", triggers=[source(arn), source(fifo)])
    assert ran.code == 0, ran.err
    assert not account.deploy().document["changed"], "what is not declared any more was taken back"
    assert account.deploy("first", triggers=[source(fifo)]).code == 0
    assert account.proxy.writes == ["DeleteEventSourceMapping"]
    assert [one["EventSourceArn"] for one in mappings(account)] == [fifo]
    ran = account.cli("destroy", "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.function(NAME)["removed"] == [NAME, fifo]


def test_one_that_somebody_made_is_taken_up_and_outlives_the_function(account: Account) -> None:
    _, arn = queue(account, "orders")
    assert account.deploy("first").code == 0
    made = account.client.create_event_source_mapping(FunctionName=f"{NAME}:live", EventSourceArn=arn, BatchSize=5)
    ran = account.deploy("first", triggers=[source(arn, batch_size=5)])
    assert ran.code == 0, ran.err
    assert "CreateEventSourceMapping" not in account.proxy.operations
    assert account.deploy("first", triggers=[]).code == 0
    assert [one["UUID"] for one in mappings(account)] == [made["UUID"]]
    ran = account.cli("destroy", "--yes", "--json")
    assert ran.function(NAME)["kept"] == {made["UUID"]: "an event source mapping that lambda-ci did not make"}
