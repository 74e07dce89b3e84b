"""What comes after the alias: it needs one, or must not be seen before the version has passed its tests.

A run that was killed between the alias and this leaves a plan that holds just this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.alias_settings import PUT
from lambda_ci.deploy.resources.provisioned_concurrency import warmed
from lambda_ci.deploy.resources.reserved_concurrency import reserve, stops
from lambda_ci.deploy.triggers.apply import put_triggers
from lambda_ci.deploy.writes.waiting import Wait, wait
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from lambda_ci.deploy.alias_settings import AliasSettings
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Change, Plan


def is_late(change: Change, desired: Desired) -> bool:
    """Whether a change is made here, and not before the version is published."""
    return change.resource is Resource.RESERVED_CONCURRENCY and stops(desired)


def finish(plan: Plan, desired: Desired, current: Current, services: Services) -> AliasSettings:
    """Make the last changes of the plan; the alias runs the tested version. Raises ``AwsError``."""
    settings = current.alias_settings
    for change in plan.changes:
        if change.resource in PUT:
            settings = PUT[change.resource](desired, settings, services)
        elif is_late(change, desired):
            live = wait(Wait(function_name=desired.function_name), services)
            reserve(desired, current, live, services)
    if _follows(plan, desired):
        warmed(desired, services)
    put_triggers(plan.changes, desired, current, services)
    return settings


def _follows(plan: Plan, desired: Desired) -> bool:
    """Whether warm environments have to follow the alias."""
    moved = plan.find(Resource.ALIAS) and not plan.find(Resource.PROVISIONED_CONCURRENCY)
    return bool(moved) and isinstance(desired.provisioned_concurrency, int)
