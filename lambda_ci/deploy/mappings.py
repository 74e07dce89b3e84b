"""Event source mappings, as far as a function's end concerns them: which ones call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import asking
from lambda_ci.deploy.answers import complete

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


def mappings(client: LambdaClient, function: str) -> tuple[str, ...]:
    """The mappings of a function, or of ``FUNCTION:VERSION``, by UUID. One request for every 100. Raises ``AwsError``."""
    doing = f"list the event source mappings of {function}"
    found: list[str] = []
    with asking(doing):
        for page in client.get_paginator("list_event_source_mappings").paginate(FunctionName=function):
            complete(page, "EventSourceMappings", doing=doing)
            found.extend(one.get("UUID", "") for one in page["EventSourceMappings"])
    return tuple(found)
