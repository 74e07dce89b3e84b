"""Event source mappings, as AWS lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import unless_absent

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import EventSourceMappingConfigurationTypeDef


def listed(client: LambdaClient, function: str) -> list[EventSourceMappingConfigurationTypeDef]:
    """The mappings of a function, or of ``FUNCTION:QUALIFIER``; none where there is no such thing. One request for every 100.

    Raises ``AwsError``.
    """
    doing = f"list the event source mappings of {function}"

    def ask() -> list[EventSourceMappingConfigurationTypeDef]:
        found: list[EventSourceMappingConfigurationTypeDef] = []
        for page in client.get_paginator("list_event_source_mappings").paginate(FunctionName=function):
            complete(page, "EventSourceMappings", doing=doing)
            found.extend(one for one in page["EventSourceMappings"] if one.get("UUID"))
        return found

    return unless_absent(ask, doing=doing) or []
