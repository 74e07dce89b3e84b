"""The plan: what has to change, in the order in which it is changed. Pure; a dry run stops here.

Configuration goes before code because new code may need new variables; callers on the alias see neither until it moves.
A version is published, and the alias moved to it, when what the alias runs is not what is declared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.lambda_members import Place
from lambda_ci.deploy.alias_settings import alias_changes
from lambda_ci.deploy.failed_creation import leftover_change
from lambda_ci.deploy.function_settings import function_changes, version_changes
from lambda_ci.deploy.live import LATEST
from lambda_ci.deploy.package import code_fields, runs
from lambda_ci.deploy.plan.comparison import (
    differing,
    environment_differs,
    environment_fields,
    fields,
    missing_tags,
    observed,
    surplus_tags,
)
from lambda_ci.deploy.plan.drift import drift
from lambda_ci.deploy.plan.layers import check_sizes, gives_way, layer_changes, resolved
from lambda_ci.deploy.plan.preconditions import check, check_splittable
from lambda_ci.deploy.plan.unreadable import presumed
from lambda_ci.deploy.resources.code_signing import signing
from lambda_ci.deploy.resources.reserved_concurrency import reservation, stops
from lambda_ci.deploy.triggers.triggers import trigger_changes
from lambda_ci.model.change import Action, Change, FieldChange, Plan, Resource
from lambda_ci.model.history import describes

if TYPE_CHECKING:
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.model.spec.project import StagingSpec

NEW_VERSION = "(new version)"


def plan(desired: Desired, current: Current, *, staging: StagingSpec | None) -> Plan:
    """Every change that leads from ``current`` to ``desired``; no changes: nothing is to be done.

    Raises ``AwsError``, ``PackageError`` or ``ConfigurationError`` for what cannot be reached.
    """
    check_sizes(desired, current, staging=staging)
    desired = resolved(desired, current)
    check(desired, current, staging=staging)
    current = presumed(desired, current)
    steps = _update(desired, current, current.latest) if current.latest else (_creation(desired),)
    reserved = reservation(desired, current.latest)
    release = _release(desired, current)
    alias_arn = f"{current.latest.function_arn}:{desired.alias}" if current.latest else ""
    after = (*release, reserved) if stops(desired) else (reserved, *release)
    changes = [
        leftover_change(current.leftover),
        *layer_changes(desired, current),
        *steps,
        *function_changes(desired, current.function_settings, current.latest),
        *after,
        *alias_changes(desired, current.alias_settings),
        *trigger_changes(desired.triggers, current.triggers, alias_arn),
    ]
    made = tuple(change for change in changes if change is not None)
    publishes = any(change.resource is Resource.VERSION for change in made)
    return Plan(
        function=desired.name,
        function_name=desired.function_name,
        changes=made,
        drift=drift(desired, current, publishes=publishes),
        off=desired.off,
    )


def _creation(desired: Desired) -> Change:
    members = [change for name, value in desired.members.items() for change in fields(name, value, None)]
    tags = [FieldChange(field=f"tags.{key}", before="", after=value) for key, value in desired.tags.items()]
    signed = [FieldChange(field="code-signing-config-arn", before="", after=arn)] if (arn := signing(desired)) else []
    listed = (*members, *signed, *environment_fields(desired, None), *tags, *code_fields(desired.package, None))
    return Change(resource=Resource.FUNCTION, action=Action.CREATE, fields=listed)


def _update(desired: Desired, current: Current, live: Live) -> tuple[Change | None, ...]:
    configuration = _change(Resource.CONFIGURATION, _configuration(desired, current, live))
    code = _change(Resource.CODE, _code(desired, current, live))
    both = (code, configuration) if gives_way(desired, live) else (configuration, code)
    return (_code_signing(desired, current), *both, _change(Resource.TAGS, _tags(desired, live)))


def _code_signing(desired: Desired, current: Current) -> Change | None:
    seen, wanted = current.code_signing, signing(desired)
    if desired.code_signing is None or wanted == seen:
        return None
    field = FieldChange(field="code-signing-config-arn", before=seen, after=wanted)
    action = Action.DELETE if not wanted else Action.UPDATE if seen else Action.CREATE
    return Change(resource=Resource.CODE_SIGNING, action=action, fields=(field,))


def _configuration(desired: Desired, current: Current, live: Live) -> tuple[FieldChange, ...]:
    members = _member_fields(desired, current, live, Place.CONFIGURATION)
    return (*members, *(environment_fields(desired, live) if desired.environment is not None else ()))


def _code(desired: Desired, current: Current, live: Live) -> tuple[FieldChange, ...]:
    members = _member_fields(desired, current, live, Place.CODE)
    if not runs(live, desired.package):
        return (*code_fields(desired.package, live), *members)
    if live.update == "Failed":
        return (FieldChange(field="last-update-status", before="Failed", after="Successful"), *members)
    return members


def _tags(desired: Desired, live: Live) -> tuple[FieldChange, ...]:
    wanted = {**missing_tags(desired, live), **dict.fromkeys(surplus_tags(desired, live), "")}
    return tuple(
        FieldChange(field=f"tags.{key}", before=live.tags.get(key, ""), after=value) for key, value in wanted.items()
    )


def _release(desired: Desired, current: Current) -> tuple[Change | None, ...]:
    released = current.released
    if released and not _lags(desired, current, released):
        return version_changes(desired, current.function_settings, new=False)
    before = released.version if released else ""
    version = FieldChange(field="version", before=before, after=NEW_VERSION)
    alias = FieldChange(field=f"alias.{desired.alias}", before=before, after=NEW_VERSION)
    steps = desired.traffic if before not in {"", LATEST} else ""
    if steps and released:
        check_splittable(desired, current.latest or released, released)
    traffic = (FieldChange(field="traffic", before="", after=steps),) if steps else ()
    return (
        Change(resource=Resource.VERSION, action=Action.CREATE, fields=(version,)),
        *version_changes(desired, current.function_settings, new=True),
        Change(resource=Resource.ALIAS, action=Action.UPDATE if released else Action.CREATE, fields=(alias, *traffic)),
    )


def _lags(desired: Desired, current: Current, released: Live) -> bool:
    """Whether callers of the alias get something else than what is declared."""
    released = _undescribed(desired, released)
    return (
        released.version == LATEST
        or not runs(released, desired.package)
        or (desired.code_only and current.latest is not None and not current.latest.same_content(released))
        or environment_differs(desired, released)
        or any(differing(desired, released, current, place) for place in (Place.CONFIGURATION, Place.CODE))
    )


def _undescribed(desired: Desired, released: Live) -> Live:
    """The version as if its description did not say where it came from."""
    wanted = desired.members.get("Description")
    if not isinstance(wanted, str) or not describes(released.description, wanted):
        return released
    return replace(released, members={**released.members, "Description": wanted})


def _member_fields(desired: Desired, current: Current, live: Live, place: Place) -> tuple[FieldChange, ...]:
    return tuple(
        field
        for name in differing(desired, live, current, place)
        for field in fields(name, desired.members[name], observed(name, live, desired.function_name))
    )


def _change(resource: Resource, fields: tuple[FieldChange, ...]) -> Change | None:
    return Change(resource=resource, action=Action.UPDATE, fields=fields) if fields else None
