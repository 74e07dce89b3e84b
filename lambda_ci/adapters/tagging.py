"""Functions by their tags: the Resource Groups Tagging API, which finds them in one request for every hundred.

Source: its API reference, GetResources. What was made or deleted a moment ago may not be there yet, or still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.aws_answers import member
from lambda_ci.adapters.aws_errors import asking

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Tagging:
    """``client`` is boto3's."""

    client: Any

    def functions(self, tags: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
        """The tags of every function that carries these, by its name; an empty value stands for any. Raises ``AwsError``."""
        filters = [{"Key": key, **({"Values": [value]} if value else {})} for key, value in tags.items()]
        doing = "look for functions by their tags"
        found: dict[str, Mapping[str, str]] = {}
        with asking(doing):
            pages = self.client.get_paginator("get_resources").paginate(
                TagFilters=filters, ResourceTypeFilters=["lambda:function"]
            )
            for page in pages:
                for one in member(page, "ResourceTagMappingList", doing):
                    name = str(one["ResourceARN"]).split(":")[6]
                    found[name] = {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
        return found
