"""Queues and streams that Lambda polls for the alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Resource
from lambda_ci.report.plan import plan_text
from tests.fakes.polled import (
    ALIAS,
    BROKER,
    CLUSTER,
    CREATE,
    DELETE,
    FIFO,
    QUEUE,
    READ,
    SECRET,
    STREAM,
    TABLE,
    deployed,
    mappings,
    source,
)

if TYPE_CHECKING:
    from pydantic import JsonValue

    from tests.fakes.aws_server import AwsServer
    from tests.fakes.aws_strict import JsonObject
    from tests.fakes.deployment import Project


def told(project: Project, *triggers: JsonValue) -> list[tuple[Action, str]]:
    plan = project.plan(project.function(triggers=list(triggers)), project.package())
    assert {one.resource for one in plan.changes} <= {Resource.EVENT_SOURCE, Resource.TAGS}
    return [(one.action, one.name) for one in plan.changes if one.resource is Resource.EVENT_SOURCE]


def test_a_first_deploy_makes_the_mapping_after_the_alias_and_a_second_one_changes_nothing(
    project: Project, server: AwsServer
) -> None:
    function, package = project.function(triggers=[source()]), project.package()
    project.deploy(function, package)
    assert server.writes == ["CreateFunction", "PublishVersion", "CreateAlias", CREATE]
    assert server.operations[-1] == "GetEventSourceMapping", "it is waited for"
    (made,) = server.lambda_.sources.mappings.values()
    assert (made.described["FunctionArn"], made.described["State"]) == (ALIAS, "Enabled")
    assert made.tags == {"lambda-ci:project": "shop"}
    assert server.functions["orders"].tags["lambda-ci:event-sources"] == "live"
    server.requests.clear()
    project.deploy(function, package)
    assert server.operations == READ


def test_functions_that_nothing_is_polled_for_are_not_asked_about(project: Project, server: AwsServer) -> None:
    deployed(project, server, {"schedule": "rate(1 hour)"})
    project.deploy(project.function(triggers=[]), project.package())
    assert "ListEventSourceMappings" not in server.operations


@pytest.mark.parametrize(
    ("arn", "options", "request_"),
    [
        (QUEUE, {}, {}),
        (
            FIFO,
            {"batch_size": 10, "report_batch_item_failures": True},
            {"FunctionResponseTypes": ["ReportBatchItemFailures"]},
        ),
        (
            QUEUE,
            {"batch_size": 100, "maximum_batching_window_in_seconds": 5, "maximum_concurrency": 4, "enabled": False},
            {
                "BatchSize": 100,
                "MaximumBatchingWindowInSeconds": 5,
                "ScalingConfig": {"MaximumConcurrency": 4},
                "Enabled": False,
            },
        ),
        (
            QUEUE,
            {"filters": [{"body": {"kind": ["new", {"exists": False}]}}]},
            {"FilterCriteria": {"Filters": [{"Pattern": '{"body":{"kind":["new",{"exists":false}]}}'}]}},
        ),
        (
            STREAM,
            {
                "starting_position": "AT_TIMESTAMP",
                "starting_position_timestamp": "2026-11-21T08:00:00Z",
                "on_failure": QUEUE,
            },
            {
                "StartingPosition": "AT_TIMESTAMP",
                "StartingPositionTimestamp": 1795248000,
                "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
            },
        ),
        (
            TABLE,
            {
                "starting_position": "LATEST",
                "maximum_retry_attempts": 0,
                "maximum_record_age_in_seconds": 3600,
                "bisect_batch_on_function_error": True,
                "parallelization_factor": 10,
                "tumbling_window_in_seconds": 60,
            },
            {
                "StartingPosition": "LATEST",
                "MaximumRetryAttempts": 0,
                "MaximumRecordAgeInSeconds": 3600,
                "BisectBatchOnFunctionError": True,
                "ParallelizationFactor": 10,
                "TumblingWindowInSeconds": 60,
            },
        ),
        (
            CLUSTER,
            {"starting_position": "TRIM_HORIZON", "topic": "orders", "consumer_group_id": "shop"},
            {
                "StartingPosition": "TRIM_HORIZON",
                "Topics": ["orders"],
                "AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": "shop"},
            },
        ),
        (
            BROKER,
            {"queue": "orders", "source_access_configurations": [{"type": "BASIC_AUTH", "uri": SECRET}]},
            {"Queues": ["orders"], "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": SECRET}]},
        ),
    ],
)
def test_what_is_declared_is_sent_and_then_there_is_nothing_left_to_do(
    project: Project, server: AwsServer, arn: str, options: dict[str, JsonValue], request_: JsonObject
) -> None:
    function, package = project.function(triggers=[source(arn, **options)]), project.package()
    project.deploy(function, package)
    sent = next(one.parameters for one in server.requests if one.operation == CREATE)
    always = {
        "FunctionName": "orders:live",
        "EventSourceArn": arn,
        "Enabled": True,
        "BatchSize": 10 if arn in {QUEUE, FIFO} else 100,
        "Tags": {"lambda-ci:project": "shop"},
    }
    assert sent == always | request_
    assert not project.plan(function, package).changed


@pytest.mark.parametrize(
    ("arn", "before", "after", "sent"),
    [
        (QUEUE, {}, {"enabled": False}, {"Enabled": False}),
        (QUEUE, {"enabled": False}, {}, {"Enabled": True}),
        (QUEUE, {"batch_size": 5}, {}, {"BatchSize": 10}),
        (QUEUE, {"maximum_concurrency": 5}, {}, {"ScalingConfig": {}}),
        (QUEUE, {"filters": [{"body": [1]}]}, {"filters": []}, {"FilterCriteria": {}}),
        (QUEUE, {"report_batch_item_failures": True}, {}, {"FunctionResponseTypes": []}),
        (QUEUE, {"maximum_batching_window_in_seconds": 5}, {}, {"MaximumBatchingWindowInSeconds": 0}),
        (STREAM, {"on_failure": QUEUE}, {}, {"DestinationConfig": {"OnFailure": {"Destination": ""}}}),
        (
            STREAM,
            {"on_failure": QUEUE},
            {"on_failure": "none"},
            {"DestinationConfig": {"OnFailure": {"Destination": ""}}},
        ),
        (STREAM, {"maximum_retry_attempts": 0}, {}, {"MaximumRetryAttempts": -1}),
        (STREAM, {"maximum_record_age_in_seconds": 60}, {}, {"MaximumRecordAgeInSeconds": -1}),
        (STREAM, {"bisect_batch_on_function_error": True}, {}, {"BisectBatchOnFunctionError": False}),
        (STREAM, {"parallelization_factor": 2}, {}, {"ParallelizationFactor": 1}),
        (STREAM, {"tumbling_window_in_seconds": 9}, {}, {"TumblingWindowInSeconds": 0}),
    ],
)
def test_a_changed_option_is_written_alone_and_a_missing_one_is_taken_back(
    project: Project,
    server: AwsServer,
    arn: str,
    before: dict[str, JsonValue],
    after: dict[str, JsonValue],
    sent: JsonObject,
) -> None:
    fixed: dict[str, JsonValue] = {"starting_position": "LATEST"} if arn == STREAM else {}
    deployed(project, server, source(arn, **fixed, **before))
    assert told(project, source(arn, **fixed, **after)) == [(Action.UPDATE, arn)]
    deployed_again = project.function(triggers=[source(arn, **fixed, **after)])
    server.requests.clear()
    project.deploy(deployed_again, project.package())
    (update,) = (one.parameters for one in server.requests if one.operation not in {"GetEventSourceMapping", *READ})
    assert update == {"UUID": mappings(server)[0]["UUID"], **sent}
    assert not project.plan(deployed_again, project.package()).changed


def test_the_plan_tells_each_field(project: Project, server: AwsServer) -> None:
    new = source(STREAM, starting_position="LATEST", filters=[{"data": {"kind": ["new"]}}], enabled=False)
    text = plan_text(project.plan(project.function(triggers=[new]), project.package()))
    assert (
        f"  + event-source {STREAM}\n      target: the alias\n      starting-position: LATEST\n"
        '      filters: {"data":{"kind":["new"]}}\n      enabled: false' in text
    )
    deployed(project, server, new)
    text = plan_text(
        project.plan(project.function(triggers=[source(STREAM, starting_position="LATEST")]), project.package())
    )
    assert f"  ~ event-source {STREAM}\n      filters: {{" in text
    assert "enabled: false → true" in text
    gone = plan_text(project.plan(project.function(triggers=[]), project.package()))
    assert f"  - event-source {STREAM}\n      mapping: {mappings(server)[0]['UUID']} → (removed)" in gone


def test_another_source_is_polled_before_the_old_one_is_not_any_more(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    assert told(project, source(FIFO)) == [(Action.CREATE, FIFO), (Action.DELETE, QUEUE)]
    server.requests.clear()
    project.deploy(project.function(triggers=[source(FIFO)]), project.package())
    assert server.writes == [CREATE, DELETE]
    assert [one["EventSourceArn"] for one in mappings(server)] == [FIFO]
    assert told(project, source(FIFO)) == []
    assert project.plan(project.function(triggers=[source(FIFO)]), project.package()).drift == ()


def test_another_position_takes_a_new_mapping_once_the_old_one_is_gone(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(STREAM, starting_position="LATEST"))
    server.lambda_.sources.changing = 3
    wanted = source(STREAM, starting_position="TRIM_HORIZON")
    assert told(project, wanted) == [(Action.DELETE, STREAM), (Action.CREATE, STREAM)]
    text = plan_text(project.plan(project.function(triggers=[wanted]), project.package()))
    assert "starting-position: LATEST → TRIM_HORIZON" in text
    server.requests.clear()
    project.deploy(project.function(triggers=[wanted]), project.package())
    assert server.writes == [DELETE, CREATE]
    assert [one["StartingPosition"] for one in mappings(server)] == ["TRIM_HORIZON"]


def test_a_position_that_is_not_told_is_taken_for_the_declared_one(project: Project, server: AwsServer) -> None:
    wanted = source(STREAM, starting_position="AT_TIMESTAMP", starting_position_timestamp="2026-11-20T08:00:00Z")
    deployed(project, server, wanted)
    del mappings(server)[0]["StartingPositionTimestamp"]
    assert told(project, wanted) == []


def test_topics_of_one_cluster_are_told_apart(project: Project, server: AwsServer) -> None:
    one, two = (source(CLUSTER, topic=name, starting_position="LATEST") for name in ("orders", "returns"))
    deployed(project, server, one, two)
    assert told(project, two) == [(Action.DELETE, f"{CLUSTER} orders")]
    project.deploy(project.function(triggers=[two]), project.package())
    assert [one["Topics"] for one in mappings(server)] == [["returns"]]


def test_those_of_others_are_told_and_stay(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    server.lambda_.sources.attach("orders:live", FIFO)
    server.lambda_.sources.attach("orders", STREAM)
    plan = project.plan(project.function(triggers=[]), project.package())
    assert [(one.field, one.found) for one in plan.drift] == [("event-sources", FIFO)]
    project.deploy(project.function(triggers=[]), project.package())
    assert [one["EventSourceArn"] for one in mappings(server)] == [FIFO, STREAM]


def test_one_that_somebody_made_is_taken_up_and_never_deleted(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.sources.attach("orders:live", QUEUE)
    assert told(project, source(QUEUE)) == []
    assert told(project, source(QUEUE, batch_size=5)) == [(Action.UPDATE, QUEUE)]
    deployed(project, server, source(QUEUE, batch_size=5))
    assert [one["BatchSize"] for one in mappings(server)] == [5]
    deployed(project, server)
    assert len(mappings(server)) == 1


def test_the_position_of_anothers_mapping_is_not_lost(project: Project, server: AwsServer) -> None:
    deployed(project, server)
    server.lambda_.sources.attach("orders:live", STREAM, StartingPosition="LATEST")
    with pytest.raises(AwsError, match="reads from another position than declared") as caught:
        project.deploy(project.function(triggers=[source(STREAM, starting_position="TRIM_HORIZON")]), project.package())
    assert "starting-position: LATEST" in caught.value.fix
    assert len(mappings(server)) == 1


def test_code_alone_leaves_them_to_others(project: Project, server: AwsServer) -> None:
    deployed(project, server, source(QUEUE))
    project.deploy(project.function(triggers=[], mode="code-only"), project.package())
    assert (server.operations, len(mappings(server))) == (["GetFunction", "GetFunction"], 1)
