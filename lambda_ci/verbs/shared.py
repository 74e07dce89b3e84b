"""The cache in S3 that runs on several machines share, where the settings name one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.model.settings import Settings
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
