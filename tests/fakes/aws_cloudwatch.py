"""CloudWatch: alarms by name, and metrics of versions. It speaks JSON, as boto3 does with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject

Counts = Mapping[str, int]


@dataclass
class FakeCloudWatch:
    """``alarms``: state by name. ``counts``: calls and errors of a version, asked each time."""

    alarms: dict[str, str] = field(default_factory=dict)
    counts: Callable[[str], Counts] = lambda _version: {"Invocations": 0, "Errors": 0}
    status: str = "Complete"
    """What it says of the figures: Complete, PartialData, InternalError or Forbidden."""

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        if service != "GraniteServiceVersion20100801":
            raise AwsRefusal(404, "UnknownOperationException", service)
        return operation, json.loads(body)

    def answer(self, operation: str, request: JsonObject) -> Answer:
        if operation == "DescribeAlarms":
            found = [name for name in request["AlarmNames"] if name in self.alarms]
            return Answer({"MetricAlarms": [self._alarm(name) for name in found], "CompositeAlarms": []})
        if operation == "GetMetricData":
            return Answer({"MetricDataResults": self._metrics(request["MetricDataQueries"])})
        raise AwsRefusal(404, "UnknownOperationException", operation)

    def _alarm(self, name: str) -> JsonObject:
        return {"AlarmName": name, "StateValue": self.alarms[name], "StateReason": f"{name} crossed its threshold"}

    def _metrics(self, queries: list[JsonObject]) -> list[JsonObject]:
        metrics = [query["MetricStat"]["Metric"] for query in queries]
        versions = {
            one["Value"] for metric in metrics for one in metric["Dimensions"] if one["Name"] == "ExecutedVersion"
        }
        assert len(versions) == 1, metrics
        counts = self.counts(versions.pop())
        found = {query["Id"]: counts[metric["MetricName"]] for query, metric in zip(queries, metrics, strict=True)}
        return [
            {"Id": name, "Label": name, "StatusCode": self.status, "Values": [float(count)] if count else []}
            for name, count in found.items()
        ]
