"""CloudWatch Logs: log groups, and for how long they keep their events.

aws.logs.groups["/aws/lambda/orders"] = 14          None: for ever
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.model.spec.function_settings import RETENTIONS
from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject, service_model, violations

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class FakeLogs:
    """``groups``: days by name."""

    groups: dict[str, int | None] = field(default_factory=dict)

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        if service != "Logs_20140328":
            raise AwsRefusal(404, "UnknownOperationException", service)
        request = json.loads(body)
        shape = service_model("logs").operation_model(operation).input_shape
        assert shape is not None
        if problems := violations(shape, request):
            text = f"{len(problems)} validation error detected: {problems[0]}"
            raise AwsRefusal(400, "InvalidParameterException", text)
        return operation, request

    def answer(self, operation: str, request: JsonObject) -> Answer:
        if operation == "DescribeLogGroups":
            return Answer({"logGroups": self._listed(request["logGroupNamePrefix"])})
        name = request["logGroupName"]
        if operation == "CreateLogGroup":
            if name in self.groups:
                raise AwsRefusal(400, "ResourceAlreadyExistsException", "The specified log group already exists")
            self.groups[name] = None
        elif name not in self.groups:
            raise AwsRefusal(400, "ResourceNotFoundException", "The specified log group does not exist.")
        elif operation == "DeleteLogGroup":
            del self.groups[name]
        elif operation == "PutRetentionPolicy":
            self._keep(name, request["retentionInDays"])
        elif operation == "DeleteRetentionPolicy":
            self.groups[name] = None
        else:
            raise AwsRefusal(404, "UnknownOperationException", operation)
        return Answer(payload=b"")

    def _keep(self, name: str, days: int) -> None:
        if days not in RETENTIONS:
            valid = ", ".join(map(str, RETENTIONS))
            text = f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must"
            raise AwsRefusal(400, "InvalidParameterException", f"{text} satisfy enum value set: [{valid}]")
        self.groups[name] = days

    def _listed(self, prefix: str) -> list[JsonObject]:
        """At most 50, by name."""
        found = [(name, days) for name, days in sorted(self.groups.items()) if name.startswith(prefix)]
        return [{"logGroupName": name} | ({"retentionInDays": days} if days else {}) for name, days in found[:50]]
