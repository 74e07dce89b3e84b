"""The cache in S3 that runs on several machines share, where the settings name one, and the packages in it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lambda_ci.verbs.building.workbench import workbench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambda_ci.adapters.interpreter import Interpreters
    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.errors import LambdaCiError
    from lambda_ci.model.artifact import Lock
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.parts import Locked
    from lambda_ci.verbs.building.shared_packages import SharedPackages
    from lambda_ci.verbs.world import World

_CONNECT, _READ, _ATTEMPTS = 3, 30, 2
"""Seconds, and requests: a cache that is slow to answer is no help."""


@contextmanager
def shared_cache(settings: Settings, world: World) -> Iterator[SharedCache | None]:
    """Says at the end what it did. boto3 is imported when something is missing on this machine, and not before."""
    if settings.cache is None:
        yield None
        return
    from lambda_ci.adapters.aws import Patience, connect
    from lambda_ci.adapters.shared_cache import SharedCache

    patience = Patience(connect=_CONNECT, read=_READ, attempts=_ATTEMPTS)
    aws = connect(settings.aws, environ=world.environ, console=world.console, patience=patience)
    shared = SharedCache(spec=settings.cache, aws=aws, console=world.console)
    yield shared
    if summary := shared.summary():
        world.console.line(summary)


def shared_packages(
    settings: Settings,
    locks: Mapping[Locked, Lock | LambdaCiError],
    world: World,
    *,
    shared: SharedCache | None,
    interpreters: Interpreters,
) -> SharedPackages | None:
    """The packages that other machines have made, those that are worth it taken; ``None`` where the settings share none."""
    if shared is None or not shared.spec.packages:
        return None
    from lambda_ci.package.cache.shared import Exchange
    from lambda_ci.verbs.building.shared_keys import Keys, planned
    from lambda_ci.verbs.building.shared_packages import SharedPackages

    bench = workbench(settings)
    found = SharedPackages(
        settings=settings,
        bench=bench,
        exchange=Exchange(folder=bench.remembered.folder, shared=shared),
        keys=Keys(plans=planned(settings, locks, world, shared=shared), interpreters=interpreters),
        console=world.console,
    )
    with world.console.step("shared packages"):
        found.take()
    return found
