"""What a plan looks at and a deploy need not: where the alias's calls go. A deploy meets a rollout that was killed by its mark, which
GetFunction tells; the split itself, and who moved the alias, only GetAlias does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.resources.alias import read_alias
from lambda_ci.deploy.rollout.mark import read_mark
from lambda_ci.errors import AwsError
from lambda_ci.model.change import Action, Change, Drift, Fate, FieldChange, Resource, Where
from lambda_ci.model.history import last_recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.resources.alias import Alias
    from lambda_ci.deploy.rollout.mark import Mark
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Plan


def with_alias(plan: Plan, current: Current, services: Services) -> Plan:
    """The plan with what is true of the alias. One request, where there is one; what may not be read is said, and no failure."""
    if current.latest is None or current.released is None:
        return plan
    mark = read_mark(current.latest.tags)
    try:
        alias = read_alias(services.aws.lambda_client(), current.function_name, mark.alias if mark else current.alias)
    except AwsError as error:
        services.console.line(
            f"{plan.function}: who moved the alias, and how its calls are split, is not known: {error.what}"
        )
        alias = None
    if mark is not None:
        return _marked(plan, mark, alias, services)
    return replace(plan, drift=(*plan.drift, *_moved(plan, alias))) if alias else plan


def _marked(plan: Plan, mark: Mark, alias: Alias | None, services: Services) -> Plan:
    """Another run is at it, or was killed; then a deploy first takes back what it left."""
    split = _split(alias) if alias else ""
    rollout = f"version {mark.before} to {mark.after}" + (f", {split}" if split else "")
    field = f"alias.{mark.alias}.rollout"
    if mark.deployment or mark.alive(services.clock.utc()):
        fate = Fate.WAITED if mark.deployment else Fate.BLOCKS
        return replace(plan, drift=(*plan.drift, Drift(where=Where.ALIAS, field=field, found=rollout, fate=fate)))
    calls = FieldChange(
        field=field, before=rollout, after=f"all calls to version {alias.version if alias else mark.before}"
    )
    settling = Change(resource=Resource.ROLLOUT, action=Action.DELETE, fields=(calls,))
    return replace(plan, changes=(settling, *plan.changes))


def _moved(plan: Plan, alias: Alias) -> Iterator[Drift]:
    """What others did to an alias: a release ends it."""
    fate = Fate.REPLACED if plan.find(Resource.ALIAS) else Fate.LEFT
    recorded, name = last_recorded(alias.description), f"alias.{alias.name}"
    if recorded and recorded != alias.version:
        yield Drift(where=Where.ALIAS, field=name, before=recorded, found=alias.version, fate=fate)
    if alias.split:
        yield Drift(where=Where.ALIAS, field=f"{name}.calls", found=_split(alias), fate=fate)


def _split(alias: Alias) -> str:
    return ", ".join(f"{100 * share:.4g}% to version {version}" for version, share in sorted(alias.weights.items()))
