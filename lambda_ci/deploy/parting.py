"""What stands apart from the configuration, as declared: what has to change, and how each thing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.deploy.apart import log_group_name
from lambda_ci.deploy.resources.log_retention import keep_logs, retention_change
from lambda_ci.deploy.resources.recursion import put_recursion, recursion_change
from lambda_ci.deploy.resources.runtime_management import put_runtime, runtime_change
from lambda_ci.deploy.resources.scaling import put_scaling, scaling_change
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Change

PUT_TO_VERSION: Mapping[Resource, Callable[[Desired, str, Services], None]] = {
    Resource.RUNTIME_MANAGEMENT: put_runtime,
    Resource.SCALING: put_scaling,
}
"""What a version has of its own, by the number of the version."""
PUT_APART = {Resource.LOG_RETENTION: keep_logs, Resource.RECURSION: put_recursion}
"""What the whole function has."""


def function_changes(desired: Desired, current: Current) -> tuple[Change | None, ...]:
    """Of what the whole function has; made before a version is published."""
    retention = retention_change(desired, current.apart.log_group, log_group_name(desired, current.latest))
    return (retention, recursion_change(desired, current.apart.recursive_loop))


def version_changes(desired: Desired, current: Current, *, new: bool) -> tuple[Change | None, ...]:
    """Of what the version has that the alias runs, or (``new``) will run: a new version has nothing of it yet."""
    if new:
        return (runtime_change(desired, None), scaling_change(desired, {}))
    return (runtime_change(desired, current.apart.runtime), scaling_change(desired, current.apart.scaling))
