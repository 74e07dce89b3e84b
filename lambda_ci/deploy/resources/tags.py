"""Tagging a function: our mark and the declared tags; those declared without a value go. Tags of others stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.deploy.plan.comparison import missing_tags, surplus_tags
from lambda_ci.deploy.writes.function import Write, write

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services


def update_tags(desired: Desired, _current: Current, live: Live, services: Services) -> Live:
    """The function with the declared tags. Lambda refuses tags while an update is in progress."""
    client = services.aws.lambda_client()
    doing = f"tag {desired.function_name}"

    def send(seen: Live) -> None:
        if surplus := surplus_tags(desired, seen):  # first: with both there may be more than AWS allows
            complete(client.untag_resource(Resource=seen.function_arn, TagKeys=surplus), doing=doing)
        if missing := missing_tags(desired, seen):
            complete(client.tag_resource(Resource=seen.function_arn, Tags=missing), doing=doing)

    def needed(seen: Live) -> bool:
        return bool(missing_tags(desired, seen) or surplus_tags(desired, seen))

    return write(Write(function_name=desired.function_name, doing=doing, needed=needed, send=send), live, services)
