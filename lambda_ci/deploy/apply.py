"""Carrying a plan out: one loop over its changes, each done by its own file in ``resources``.

Takes the function to a published version that can be tested. The alias is not touched here: ``release.promote`` moves it.
Every step can be the last one of a killed run: the next run's plan holds what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.after_release import is_late
from lambda_ci.deploy.current import Current
from lambda_ci.deploy.desired import Desired
from lambda_ci.deploy.function_settings import PUT_TO_FUNCTION, PUT_TO_VERSION, FunctionSettings
from lambda_ci.deploy.live import Live
from lambda_ci.deploy.plan import changes
from lambda_ci.deploy.plan.layers import resolved
from lambda_ci.deploy.release import Release, released, unchanged
from lambda_ci.deploy.resources.code import update_code
from lambda_ci.deploy.resources.code_signing import update_code_signing
from lambda_ci.deploy.resources.configuration import update_configuration
from lambda_ci.deploy.resources.function import create, remove_leftover
from lambda_ci.deploy.resources.layer import publish_layers
from lambda_ci.deploy.resources.reserved_concurrency import reserve
from lambda_ci.deploy.resources.tags import update_tags
from lambda_ci.deploy.resources.version import publish
from lambda_ci.deploy.services import Services
from lambda_ci.deploy.writes.retry import changed_meanwhile
from lambda_ci.deploy.writes.waiting import Readiness, Wait, readiness, wait
from lambda_ci.model.change import Action, Resource

if TYPE_CHECKING:
    from lambda_ci.model.change import Plan

Update = Callable[[Desired, Current, Live, Services], Live]


def _in_place(put: Callable[[Desired, FunctionSettings, Live, Services], None]) -> Update:
    """What leaves code, configuration and revision of the function as they are."""

    def update(desired: Desired, current: Current, live: Live, services: Services) -> Live:
        put(desired, current.function_settings, live, services)
        return live

    return update


UPDATES: Mapping[Resource, Update] = {
    Resource.CODE_SIGNING: update_code_signing,
    Resource.CONFIGURATION: update_configuration,
    Resource.CODE: update_code,
    Resource.TAGS: update_tags,
    Resource.RESERVED_CONCURRENCY: reserve,
    **{resource: _in_place(put) for resource, put in PUT_TO_FUNCTION.items()},
}
BESIDE = frozenset({Resource.CODE_SIGNING, Resource.TAGS, Resource.RESERVED_CONCURRENCY})
"""What leaves code and configuration as they are, and no revision guards."""


def apply(plan: Plan, desired: Desired, current: Current, services: Services) -> Release:
    """Make the plan's changes up to the published version. Raises ``AwsError`` or ``PackageError``."""
    current = publish_layers(desired, current, services)
    desired = resolved(desired, current)
    if current.latest is None:
        return _create(plan, desired, current, services)
    if readiness(current.latest, after_write=False) is Readiness.WAITING:
        ready = wait(Wait(function_name=desired.function_name), services)
        current = replace(current, latest=ready)
        plan = changes.plan(desired, current, staging=services.staging)
    return _update(plan, desired, current, services)


def _create(plan: Plan, desired: Desired, current: Current, services: Services) -> Release:
    if current.leftover:
        remove_leftover(current.leftover, desired.function_name, services)
    created = create(desired, services)
    current = replace(current, latest=created.live)
    if created.found:
        plan = changes.plan(desired, current, staging=services.staging)
    return _update(plan, desired, current, services)


def _update(plan: Plan, desired: Desired, current: Current, services: Services) -> Release:
    live = current.latest
    assert live is not None
    for change in plan.changes:
        if change.resource in UPDATES and change.action is not Action.UNCHANGED and not is_late(change, desired):
            before, live = live, UPDATES[change.resource](desired, current, live, services)
            if change.resource in BESIDE and not live.same_content(before):
                raise changed_meanwhile(desired.function_name)
    release = released(current, publish(desired, live, services)) if plan.find(Resource.VERSION) else unchanged(current)
    for change in plan.changes:
        if change.resource in PUT_TO_VERSION:
            PUT_TO_VERSION[change.resource](desired, release.version, services)
    return release
