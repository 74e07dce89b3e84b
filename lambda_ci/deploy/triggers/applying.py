"""Writing all that calls an alias, once it runs a tested version, and removing it with the function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.current import look
from lambda_ci.deploy.triggers.granting import put_grant, remove_grant
from lambda_ci.deploy.triggers.schedules import Seen, statement_name
from lambda_ci.deploy.triggers.scheduling import put_schedule, remove_schedule
from lambda_ci.deploy.triggers.statements import place_of
from lambda_ci.deploy.triggers.triggers import KINDS, Present, surplus
from lambda_ci.errors import AwsError

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current, Live
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services
    from lambda_ci.deploy.triggers.statements import Place
    from lambda_ci.deploy.triggers.wanted import Triggers
    from lambda_ci.model.change import Change


def put_triggers(changes: tuple[Change, ...], desired: Desired, current: Current, services: Services) -> None:
    """Make those of the changes that are about triggers; the alias runs the tested version."""
    wanted, present = desired.triggers, current.triggers
    named = {change.name for change in changes if change.resource in KINDS}
    if wanted is None or not named:
        return
    place = place_of(
        _function(desired, current, services), desired.alias, project=desired.project, granted=present.granted
    )
    for grant in wanted.grants:
        if grant.text in named:
            put_grant(grant.name, grant, place, services)
    for one in wanted.schedules:
        if one.name in named:
            seen = present.schedules.get(one.name, Seen(name=one.name))
            put_schedule(one, seen, place, services)
    remove_triggers(_rest(wanted, present), place, services)


def remove_triggers(present: Present, place: Place, services: Services) -> None:
    """All of it."""
    for seen in present.schedules.values():
        remove_schedule(seen, place, services)
    told = {statement_name(name) for name in present.schedules}
    for name in present.granted.keys() - told:
        remove_grant(name, place, services)


def _rest(wanted: Triggers, present: Present) -> Present:
    """What shall go."""
    names = {one.name for one in wanted.schedules}
    gone = {name: seen for name, seen in present.schedules.items() if name not in names}
    statements = {*surplus(wanted, present), *(statement_name(name) for name in gone)}
    return Present(
        granted={name: present.granted[name] for name in statements & present.granted.keys()}, schedules=gone
    )


def _function(desired: Desired, current: Current, services: Services) -> Live:
    """Asked for where this run has made it."""
    live = current.latest or look(services.aws.lambda_client(), desired.function_name)
    if live is None:
        raise AwsError(f"{desired.function_name} was deleted while this run worked on it", fix="run this again")
    return live
