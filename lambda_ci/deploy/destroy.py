"""Deleting what this project owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking
from lambda_ci.deploy.current import look
from lambda_ci.deploy.ownership import check_owned
from lambda_ci.deploy.resources.alias import aliases
from lambda_ci.deploy.trouble import Persistence
from lambda_ci.deploy.versions import versions

if TYPE_CHECKING:
    from lambda_ci.deploy.services import Services


@dataclass(frozen=True, kw_only=True)
class Doomed:
    """A function that is there and this project's, with what goes with it."""

    function_name: str
    function_arn: str
    project: str
    versions: tuple[str, ...]
    aliases: tuple[str, ...]
    mappings: tuple[str, ...]
    """Event source mappings, by UUID: AWS leaves them behind, and they are not ours to delete."""


def survey(function_name: str, *, project: str, services: Services) -> Doomed | None:
    """What would go; nothing is deleted. ``None`` where there is no such function.

    Raises ``AwsError`` where the function is not this project's.
    """
    client = services.aws.lambda_client()
    live = look(client, function_name)
    if live is None:
        return None
    check_owned(live, function_name, project=project)
    with asking(f"list the event source mappings of {function_name}"):
        pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function_name)
        mappings = tuple(one.get("UUID", "") for page in pages for one in page["EventSourceMappings"])
    return Doomed(
        function_name=function_name,
        function_arn=live.function_arn,
        project=project,
        versions=tuple(one.number for one in versions(client, function_name)),
        aliases=tuple(alias.name for alias in aliases(client, function_name)),
        mappings=mappings,
    )


def destroy(doomed: Doomed, services: Services) -> None:
    """Delete the function with its versions and aliases. Doing it twice does it once.

    Raises ``AwsError`` where it is not this project's any more: somebody may have been asked in between.
    """
    client = services.aws.lambda_client()
    live = look(client, doomed.function_name)
    if live is None:
        return
    check_owned(live, doomed.function_name, project=doomed.project)
    persistence = Persistence(doomed.function_name, services)
    while True:
        try:
            with asking(f"delete the function {doomed.function_name}"):
                client.delete_function(FunctionName=doomed.function_name)
        except Refusal as refusal:
            if refusal.code == ABSENT:
                return
            persistence.endure(refusal)
        else:
            return
