"""How the verbs reach AWS, the real one or the embedded one."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.world import World


def reach(settings: Settings, world: World, *, local: bool, builds: bool = False) -> tuple[Settings, Services]:
    """The services of the settings' account and region, and the settings as they hold there. No request is made yet.

    For a verb that ``builds``, the region must be known, and the log says what is built otherwise for the embedded AWS.
    """
    from lambda_ci.adapters.aws import connect
    from lambda_ci.deploy.services import Services

    environ, spec = world.environ, settings.aws
    if local:
        from lambda_ci.local.embedded import ensure, local_environ

        endpoint = ensure(settings.cache_dir, environ=world.environ, clock=world.clock)
        world.console.line(f"embedded AWS at {endpoint.url} (pid {endpoint.pid}); `lambda-ci local stop` ends it")
        environ = local_environ(endpoint)
        settings, spec = (
            replace(_localised(settings, world, tell=builds), cache=None),
            spec.model_copy(update={"endpoint_url": endpoint.url, "profile": None, "role_to_assume": None}),
        )
    aws = connect(spec, environ=environ, console=world.console)
    if builds:
        _ = aws.region  # Raises where nobody names one: better now than after minutes of building.
    return settings, Services(aws=aws, clock=world.clock, console=world.console, staging=settings.staging)


def _localised(settings: Settings, world: World, *, tell: bool) -> Settings:
    from lambda_ci.local.adaptation import Host, adapted, differences

    host = Host(python=(sys.version_info.major, sys.version_info.minor), machine=platform.machine())
    local = adapted(settings, host)
    for difference in differences(settings, local) if tell else ():
        world.console.line(difference)
    return local
