"""EventBridge as far as schedules go: rules on the default bus, and what they call. Codes and messages are those recorded from AWS.

aws.events.rules["shop-orders-live-nightly"].targets["lambda-ci"]["Arn"]
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda import ACCOUNT, Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject, service_model, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\)")
_CRON = re.compile(
    r"cron\([0-9,*/-]+ [0-9,*/-]+ (?:\? [0-9A-Z,*/-]+ [0-9A-Z,*#L-]+|[0-9,*/LW-]+ [0-9A-Z,*/-]+ \?) [0-9,*/-]+\)"
)
MOST_TARGETS = 5


@dataclass
class FakeRule:
    """``described``: what PutRule said last, without name and tags."""

    described: JsonObject
    tags: dict[str, str]
    targets: dict[str, JsonObject] = field(default_factory=dict)


@dataclass
class FakeEvents:
    """``rules`` by name; ``refusing``: targets that PutTargets and RemoveTargets fail for, with status 200."""

    region: str
    rules: dict[str, FakeRule] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        if service != "AWSEvents":
            raise AwsRefusal(404, "UnknownOperationException", service)
        request = json.loads(body)
        shape = service_model("events").operation_model(operation).input_shape
        assert shape is not None
        if problems := violations(shape, request):
            count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''}"
            raise AwsRefusal(400, "ValidationException", f"{count} detected: {'; '.join(problems)}")
        return operation, request

    def answer(self, operation: str, request: JsonObject) -> Answer:
        answers = {
            "PutRule": self.put_rule,
            "DescribeRule": self.describe_rule,
            "DeleteRule": self.delete_rule,
            "PutTargets": self.put_targets,
            "ListTargetsByRule": self.list_targets,
            "RemoveTargets": self.remove_targets,
            "ListTagsForResource": self.list_tags,
        }
        if operation not in answers:
            raise AwsRefusal(404, "UnknownOperationException", operation)
        return answers[operation](request)

    def arn(self, name: str) -> str:
        return f"arn:aws:events:{self.region}:{ACCOUNT}:rule/{name}"

    def put_rule(self, request: JsonObject) -> Answer:
        """Replaces all but the targets; tags count for a new rule only."""
        name, expression = request["Name"], request.get("ScheduleExpression", "")
        if not (_RATE.fullmatch(expression) or _CRON.fullmatch(expression)):
            raise AwsRefusal(400, "ValidationException", "Parameter ScheduleExpression is not valid.")
        before = self.rules.get(name)
        tags = {one["Key"]: one["Value"] for one in request.get("Tags", [])}
        described = {key: value for key, value in request.items() if key not in {"Name", "Tags"}}
        self.rules[name] = FakeRule(described, before.tags if before else tags, before.targets if before else {})
        return Answer({"RuleArn": self.arn(name)})

    def describe_rule(self, request: JsonObject) -> Answer:
        name = request["Name"]
        return Answer({"Name": name, "Arn": self.arn(name), "EventBusName": "default", **self._rule(name).described})

    def delete_rule(self, request: JsonObject) -> Answer:
        """That there is none is fine."""
        found = self.rules.get(request["Name"])
        if found and found.targets:
            raise AwsRefusal(400, "ValidationException", "Rule can't be deleted since it has targets.")
        self.rules.pop(request["Name"], None)
        return Answer(payload=b"")

    def put_targets(self, request: JsonObject) -> Answer:
        rule, failed = self._rule(request["Rule"]), []
        for target in request["Targets"]:
            if target["Id"] in self.refusing:
                failed.append({
                    "TargetId": target["Id"],
                    "ErrorCode": "ConcurrentModificationException",
                    "ErrorMessage": "Busy",
                })
            elif len({*rule.targets, target["Id"]}) > MOST_TARGETS:
                raise AwsRefusal(
                    400, "LimitExceededException", "The requested resource exceeds the maximum number allowed."
                )
            else:
                rule.targets[target["Id"]] = target
        return Answer({"FailedEntryCount": len(failed), "FailedEntries": failed})

    def list_targets(self, request: JsonObject) -> Answer:
        return Answer({"Targets": list(self._rule(request["Rule"]).targets.values())})

    def remove_targets(self, request: JsonObject) -> Answer:
        rule = self._rule(request["Rule"])
        for name in request["Ids"]:
            rule.targets.pop(name, None)
        return Answer({"FailedEntryCount": 0, "FailedEntries": []})

    def list_tags(self, request: JsonObject) -> Answer:
        tags = self._rule(request["ResourceARN"].rpartition("/")[2]).tags
        return Answer({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})

    def _rule(self, name: str) -> FakeRule:
        if name not in self.rules:
            raise AwsRefusal(400, "ResourceNotFoundException", f"Rule {name} does not exist on EventBus default.")
        return self.rules[name]
