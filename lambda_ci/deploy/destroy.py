"""Deleting what this project owns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.aws_errors import ABSENT, Refusal, asking
from lambda_ci.deploy.answers import complete
from lambda_ci.deploy.attached import read_permissions
from lambda_ci.deploy.current import look
from lambda_ci.deploy.mappings import mappings
from lambda_ci.deploy.ownership import check_owned
from lambda_ci.deploy.resources.alias import aliases
from lambda_ci.deploy.triggers.applying import remove_triggers
from lambda_ci.deploy.triggers.schedules import goes
from lambda_ci.deploy.triggers.statements import place_of
from lambda_ci.deploy.triggers.triggers import read_triggers
from lambda_ci.deploy.triggers.wanted import TRIGGERED, Triggers
from lambda_ci.deploy.trouble import Persistence
from lambda_ci.deploy.versions import versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.deploy.current import Live
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.statements import Place
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
    """Event source mappings, by UUID: AWS leaves them behind, and they are not ours to delete."""
    triggers: tuple[tuple[Place, Present], ...] = ()
    """Ours, of each alias: they go before the function."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of those of EventBridge that go."""
        return tuple(name for _, one in self.triggers for name, seen in one.schedules.items() if goes(seen))


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
    return Doomed(
        function_name=function_name,
        function_arn=live.function_arn,
        project=project,
        versions=tuple(one.number for one in versions(client, function_name)),
        aliases=named,
        triggers=_triggers(live, named, project, services) if TRIGGERED in live.tags else (),
        mappings=mappings(client, function_name),
    )


def _triggers(
    live: Live, aliases: Iterable[str], project: str, services: Services
) -> tuple[tuple[Place, Present], ...]:
    found: list[tuple[Place, Present]] = []
    for alias in aliases:
        name = live.function_arn.rpartition(":")[2]
        granted = read_permissions(services.aws.lambda_client(), name, alias).granted
        place = place_of(live, alias, project=project, granted=granted)
        if granted:
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
