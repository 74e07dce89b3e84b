"""The Resource Groups Tagging API over the functions of the emulated Lambda."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.aws_lambda import Answer
from tests.fakes.aws_strict import AwsRefusal, JsonObject, service_model, violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.aws_lambda import Deployed, FakeLambda


@dataclass
class FakeTagging:
    """``hidden``: functions that it does not know of yet, as the real one does not at first. Pages of two."""

    lambda_: FakeLambda
    hidden: frozenset[str] = frozenset()

    def operation(self, headers: Mapping[str, str], body: bytes) -> tuple[str, JsonObject]:
        service, _, operation = headers.get("x-amz-target", "").partition(".")
        if service != "ResourceGroupsTaggingAPI_20170126" or operation != "GetResources":
            raise AwsRefusal(404, "UnknownOperationException", service)
        request = json.loads(body)
        shape = service_model("resourcegroupstaggingapi").operation_model(operation).input_shape
        assert shape is not None
        if problems := violations(shape, request):
            raise AwsRefusal(400, "InvalidParameterException", problems[0])
        return operation, request

    def answer(self, operation: str, request: JsonObject) -> Answer:  # noqa: ARG002 - there is one
        found = [
            one
            for name, one in sorted(self.lambda_.functions.items())
            if name not in self.hidden and _matches(one, request["TagFilters"])
        ]
        start = int(request.get("PaginationToken") or 0)
        page = [_described(one) for one in found[start : start + 2]]
        rest = str(start + 2) if len(found) > start + 2 else ""
        return Answer({"PaginationToken": rest, "ResourceTagMappingList": page})


def _matches(function: Deployed, filters: list[JsonObject]) -> bool:
    return all(
        one["Key"] in function.tags and function.tags[one["Key"]] in one.get("Values", [function.tags[one["Key"]]])
        for one in filters
    )


def _described(function: Deployed) -> JsonObject:
    return {"ResourceARN": function.arn, "Tags": [{"Key": key, "Value": text} for key, text in function.tags.items()]}
