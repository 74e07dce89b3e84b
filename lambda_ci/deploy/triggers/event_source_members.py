"""The options of event source mappings in the words of Lambda's API, in both directions. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lambda_ci.deploy.triggers.event_sources import Found, chosen
from lambda_ci.model.event_source import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from lambda_ci.deploy.triggers.event_sources import EventSource

_PLAIN = {
    "batch-size": "BatchSize",
    "maximum-batching-window-in-seconds": "MaximumBatchingWindowInSeconds",
    "maximum-retry-attempts": "MaximumRetryAttempts",
    "maximum-record-age-in-seconds": "MaximumRecordAgeInSeconds",
    "bisect-batch-on-function-error": "BisectBatchOnFunctionError",
    "parallelization-factor": "ParallelizationFactor",
    "tumbling-window-in-seconds": "TumblingWindowInSeconds",
}
"""Those that the API has as they are."""
_REPORTED = "ReportBatchItemFailures"
_MSK = "AmazonManagedKafkaEventSourceConfig"


def updated(wanted: EventSource, names: Iterable[str]) -> dict[str, Any]:
    """The members that write these options. One that shall be nothing has an empty value of its own: what a request leaves out
    stays as it is."""
    members: dict[str, Any] = {}
    for name in names:
        member, value = ("Enabled", wanted.enabled) if name == "enabled" else _packed(name, wanted.options[name])
        members[member] = value
    return members


def created(wanted: EventSource) -> dict[str, Any]:
    """The members of a new mapping; the size of a batch always, so that it does not depend on what AWS would choose."""
    group = wanted.fixed.get("consumer-group-id")
    members = {
        "EventSourceArn": wanted.source_arn,
        "Enabled": wanted.enabled,
        "StartingPosition": wanted.fixed.get("starting-position"),
        "StartingPositionTimestamp": wanted.fixed.get("starting-position-timestamp"),
        _MSK: {"ConsumerGroupId": group} if group else None,
        ("Topics" if kind_of(wanted.source_arn) is Kind.KAFKA else "Queues"): [wanted.part] if wanted.part else None,
    }
    return {name: value for name, value in members.items() if value is not None} | updated(
        wanted, {"batch-size", *chosen(wanted)}
    )


def found(answer: Mapping[str, Any]) -> Found:
    """One mapping of an answer, typed."""
    moment = answer.get("StartingPositionTimestamp")
    fixed = {
        "starting-position": answer.get("StartingPosition"),
        "starting-position-timestamp": _told(moment) if moment else None,
        "consumer-group-id": (answer.get(_MSK) or {}).get("ConsumerGroupId"),
    }
    return Found(
        uuid=answer["UUID"],
        source_arn=answer.get("EventSourceArn", ""),
        part=next(iter(answer.get("Topics") or answer.get("Queues") or ()), ""),
        state=answer.get("State", ""),
        why=answer.get("StateTransitionReason", ""),
        result=answer.get("LastProcessingResult", ""),
        options=_options(answer),
        fixed={name: value for name, value in fixed.items() if value},
    )


def _packed(name: str, value: JsonValue) -> tuple[str, Any]:
    if name in _PLAIN:
        return _PLAIN[name], value
    listed = value if isinstance(value, list) else []
    match name:
        case "filters":
            return "FilterCriteria", {"Filters": [{"Pattern": one} for one in listed]} if listed else {}
        case "report-batch-item-failures":
            return "FunctionResponseTypes", [_REPORTED] if value else []
        case "maximum-concurrency":
            return "ScalingConfig", {"MaximumConcurrency": value} if value else {}
        case "on-failure":
            return "DestinationConfig", {"OnFailure": {"Destination": value}}
        case _:
            pairs = (str(one).split(" ", 1) for one in listed)
            return "SourceAccessConfigurations", [{"Type": kind, "URI": uri} for kind, uri in pairs]


def _options(answer: Mapping[str, Any]) -> dict[str, JsonValue]:
    """What an answer leaves out is AWS's default."""
    access: list[JsonValue] = [f"{one['Type']} {one['URI']}" for one in answer.get("SourceAccessConfigurations") or ()]
    reads: dict[str, JsonValue] = {
        "filters": [one["Pattern"] for one in (answer.get("FilterCriteria") or {}).get("Filters") or ()],
        "report-batch-item-failures": _REPORTED in (answer.get("FunctionResponseTypes") or ()),
        "maximum-concurrency": (answer.get("ScalingConfig") or {}).get("MaximumConcurrency"),
        "on-failure": ((answer.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or "",
        "source-access-configurations": sorted(access, key=str),
    }
    return {**reads, **{name: answer[member] for name, member in _PLAIN.items() if answer.get(member) is not None}}


def _told(moment: datetime | float) -> str:
    time = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
