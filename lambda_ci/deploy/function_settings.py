"""What AWS keeps beside a function's configuration: its log group, whether it may call itself for ever, and what each of its
versions has of its own (the build of the runtime, the scaling on a capacity provider). Read only where it is declared; what has
to change, and how each thing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambda_ci.deploy.resources.log_retention import keep_logs, log_group_name, retention_change
from lambda_ci.deploy.resources.recursion import put_recursion, read_recursive_loop, recursion_change
from lambda_ci.deploy.resources.runtime_management import put_runtime, read_runtime, runtime_change
from lambda_ci.deploy.resources.scaling import put_scaling, read_scaling, scaling_change
from lambda_ci.model.change import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.adapters.aws import Aws
    from lambda_ci.adapters.logs import LogGroup
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.resources.runtime_management import Runtime
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Change

_LATEST = "$LATEST"


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """As it is on AWS; empty where it is not there, or nobody asked."""

    log_group: LogGroup | None = None
    recursive_loop: str = ""
    """Terminate or Allow."""
    runtime: Runtime | None = None
    """Of the version that the alias runs."""
    scaling: Mapping[str, int] = field(default_factory=dict)
    """The same version's, under AWS's names, as it was asked for."""


def read_function_settings(aws: Aws, desired: Desired, latest: Live | None, released: Live | None) -> FunctionSettings:
    """One request for each thing declared; a function that does not exist can have a log group."""
    client, name = aws.lambda_client(), desired.function_name
    version = released.version if released and released.version != _LATEST else ""
    watched = desired.log_retention is not None
    return FunctionSettings(
        log_group=aws.logs().find(log_group_name(desired, latest)) if watched else None,
        recursive_loop=read_recursive_loop(client, name) if desired.recursive_loop and latest else "",
        runtime=read_runtime(client, name, version) if desired.runtime_management and version else None,
        scaling=read_scaling(client, name, version) if desired.scaling and version else {},
    )


PUT_TO_VERSION: Mapping[Resource, Callable[[Desired, str, Services], None]] = {
    Resource.RUNTIME_MANAGEMENT: put_runtime,
    Resource.SCALING: put_scaling,
}
"""What a version has of its own, by the number of the version."""


def _put_retention(desired: Desired, settings: FunctionSettings, live: Live, services: Services) -> None:
    keep_logs(desired, settings.log_group, live, services)


def _put_recursion(desired: Desired, settings: FunctionSettings, _live: Live, services: Services) -> None:
    put_recursion(desired, settings.recursive_loop, services)


PUT_TO_FUNCTION: Mapping[Resource, Callable[[Desired, FunctionSettings, Live, Services], None]] = {
    Resource.LOG_RETENTION: _put_retention,
    Resource.RECURSION: _put_recursion,
}
"""What the whole function has."""


def function_changes(desired: Desired, settings: FunctionSettings, latest: Live | None) -> tuple[Change | None, ...]:
    """Of what the whole function has; made before a version is published."""
    retention = retention_change(desired, settings.log_group, log_group_name(desired, latest))
    return (retention, recursion_change(desired, settings.recursive_loop))


def version_changes(desired: Desired, settings: FunctionSettings, *, new: bool) -> tuple[Change | None, ...]:
    """Of what the version has that the alias runs, or (``new``) will run: a new version has nothing of it yet."""
    if new:
        return (runtime_change(desired, None), scaling_change(desired, {}))
    return (runtime_change(desired, settings.runtime), scaling_change(desired, settings.scaling))
