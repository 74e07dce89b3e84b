"""Deleting what this project owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_answers import complete
from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking
from lambda_ci.deploy.alias_policy import read_permissions
from lambda_ci.deploy.live import look
from lambda_ci.deploy.ownership import check_owned
from lambda_ci.deploy.resources.alias import aliases
from lambda_ci.deploy.triggers.apply import remove_triggers
from lambda_ci.deploy.triggers.declared import TRIGGERED, Triggers
from lambda_ci.deploy.triggers.event_sources import DELETING, surplus
from lambda_ci.deploy.triggers.mappings import listed
from lambda_ci.deploy.triggers.permissions import place_of
from lambda_ci.deploy.triggers.rules import goes
from lambda_ci.deploy.triggers.triggers import read_triggers
from lambda_ci.deploy.versions import versions
from lambda_ci.deploy.writes.retry import Persistence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_lambda import LambdaClient

    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.permissions import Place
    from lambda_ci.deploy.triggers.triggers import Present


@dataclass(frozen=True, kw_only=True)
class Doomed:
    """A function that is there and this project's, with what goes with it."""

    function_name: str
    function_arn: str
    project: str
    versions: tuple[str, ...]
    aliases: tuple[str, ...]
    mappings: tuple[str, ...]
    """Event source mappings of others, by UUID: AWS leaves them behind, and they are not ours to delete."""
    triggers: tuple[tuple[Place, Present], ...] = ()
    """Ours, of each alias: they go before the function."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of those of EventBridge and its Scheduler that go."""
        ruled = (name for _, one in self.triggers for name, seen in one.schedules.items() if goes(seen))
        return tuple(dict.fromkeys((*ruled, *(name for _, one in self.triggers for name in one.timetable))))

    @property
    def event_sources(self) -> tuple[str, ...]:
        """The names of those whose mappings go."""
        return tuple(one.name for _, present in self.triggers for one in surplus((), present.event_sources))


def survey(function_name: str, *, project: str, services: Services) -> Doomed | None:
    """What would go; nothing is deleted. ``None`` where there is no such function.

    Raises ``AwsError`` where the function is not this project's.
    """
    client = services.aws.lambda_client()
    live = look(client, function_name)
    if live is None:
        return None
    check_owned(live, function_name, project=project)
    named = tuple(alias.name for alias in aliases(client, function_name))
    triggers = _triggers(live, named, project, services) if TRIGGERED in live.tags else ()
    return Doomed(
        function_name=function_name,
        function_arn=live.function_arn,
        project=project,
        versions=tuple(one.number for one in versions(client, function_name)),
        aliases=named,
        triggers=triggers,
        mappings=_left(client, function_name, [present for _, present in triggers]),
    )


def _left(client: LambdaClient, function_name: str, triggers: Iterable[Present]) -> tuple[str, ...]:
    """The mappings that stay: of the function by its bare name, and of its aliases as far as they were looked at."""
    ours = {one.uuid for present in triggers for one in surplus((), present.event_sources)}
    bare = [one["UUID"] for one in listed(client, function_name)]
    of_aliases = (one.uuid for present in triggers for one in present.event_sources.values() if one.state != DELETING)
    return tuple(uuid for uuid in dict.fromkeys((*bare, *of_aliases)) if uuid not in ours)


def _triggers(
    live: Live, aliases: Iterable[str], project: str, services: Services
) -> tuple[tuple[Place, Present], ...]:
    found: list[tuple[Place, Present]] = []
    for alias in aliases:
        name = live.function_arn.rpartition(":")[2]
        granted = read_permissions(services.aws.lambda_client(), name, alias).granted
        place = place_of(live, alias, project=project, granted=granted)
        if granted or place.polled or place.scheduled:
            found.append((place, read_triggers(services.aws, Triggers(), place)))
    return tuple(found)


def destroy(doomed: Doomed, services: Services) -> None:
    """Delete the function with its versions and aliases, and before it what calls it. Doing it twice does it once.

    Raises ``AwsError`` where it is not this project's any more: somebody may have been asked in between.
    """
    client = services.aws.lambda_client()
    live = look(client, doomed.function_name)
    if live is None:
        return
    check_owned(live, doomed.function_name, project=doomed.project)
    for place, present in doomed.triggers:
        remove_triggers(present, place, services)
    persistence = Persistence(doomed.function_name, services)
    doing = f"delete the function {doomed.function_name}"
    while True:
        try:
            with asking(doing):
                complete(client.delete_function(FunctionName=doomed.function_name), doing=doing)
        except Refusal as refusal:
            if refusal.code == ABSENT:
                return
            persistence.endure(refusal)
        else:
            return
