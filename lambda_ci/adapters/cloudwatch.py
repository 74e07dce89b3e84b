"""CloudWatch, as far as a rollout needs it: alarms by name, and how often one version was called and failed.

Sources: CloudWatch API reference, DescribeAlarms and GetMetricData; "Types of metrics for Lambda functions": calls of an
alias carry ``Resource`` and, for its versions, ``ExecutedVersion``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import member
from lambda_ci.adapters.aws_errors import asking
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_PERIOD = 60
_METRICS = ("Invocations", "Errors")
_KNOWN = frozenset({"Complete", "PartialData"})
"""What CloudWatch says of figures that are there."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """``state`` is AWS's word: OK, ALARM or INSUFFICIENT_DATA."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class CloudWatch:
    """``client`` is boto3's."""

    client: Any

    def alarms(self, names: Sequence[str]) -> tuple[Alarm, ...]:
        """Those that exist, metric and composite ones."""
        doing = f"read the alarms {', '.join(names)}"
        with asking(doing):
            answer = self.client.describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
            )
        found = [*member(answer, "MetricAlarms", doing), *answer.get("CompositeAlarms", [])]
        return tuple(
            Alarm(name=one["AlarmName"], state=one.get("StateValue", ""), reason=one.get("StateReason", ""))
            for one in found
        )

    def counts(
        self, function_name: str, alias: str, version: str, *, since: datetime, until: datetime
    ) -> Mapping[str, int]:
        """``Invocations`` and ``Errors`` of a version through an alias, in whole minutes, that of ``until`` included: CloudWatch
        refuses an end that is not after the start."""
        dimensions = {"FunctionName": function_name, "Resource": f"{function_name}:{alias}", "ExecutedVersion": version}
        doing = f"read how often version {version} of {function_name} was called"
        with asking(doing):
            answer = self.client.get_metric_data(
                MetricDataQueries=[_query(name, dimensions) for name in _METRICS],
                StartTime=since,
                EndTime=until + timedelta(seconds=_PERIOD),
            )
        results = member(answer, "MetricDataResults", doing)
        if silent := [one for one in results if one.get("StatusCode", "Complete") not in _KNOWN]:
            reason = "; ".join(str(said.get("Value", "")) for said in silent[0].get("Messages", []))
            raise AwsError(
                f"could not {doing}: {silent[0]['StatusCode']}{reason and f' ({reason})'}",
                why="CloudWatch answered without figures, which is not the same as figures of 0.",
                fix="run this again; see https://health.aws.amazon.com when it stays",
            )
        found = {one["Id"]: one.get("Values", []) for one in results}
        return {name: round(sum(member(found, name.lower(), doing))) for name in _METRICS}


def _query(name: str, dimensions: Mapping[str, str]) -> Mapping[str, object]:
    metric = {
        "Namespace": "AWS/Lambda",
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    return {"Id": name.lower(), "MetricStat": {"Metric": metric, "Period": _PERIOD, "Stat": "Sum"}}
