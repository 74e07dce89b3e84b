"""The embedded AWS: ministack (extra ``local``) as a process of its own on 127.0.0.1 that outlives the command.

Everything it has lies in ``CACHE_DIR/local``: the lock, ``endpoint.json``, the log, the functions' interpreter, and its
temporary files. It keeps its state in memory, so functions live until ``stop``.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from lambda_ci.errors import AwsError, ConfigurationError
from lambda_ci.local import interpreter
from lambda_ci.local.endpoint import Endpoint, local_environ
from lambda_ci.local.ministack import Ministack, alive, packages
from lambda_ci.local.turn import turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.console import Clock

__all__ = ["Endpoint", "ensure", "local_environ", "start", "status", "stop"]

_MINISTACK = Ministack()
_STATE = "endpoint.json"
_PORTS = 5


def ensure(cache_dir: Path, *, environ: Mapping[str, str], clock: Clock, server: Ministack = _MINISTACK) -> Endpoint:
    """The running embedded AWS, started if there is none. Raises what ``start`` raises."""
    running = status(cache_dir, server=server)
    if running is None:
        return start(cache_dir, environ=environ, clock=clock, server=server)
    return _usable(running)


def start(cache_dir: Path, *, environ: Mapping[str, str], clock: Clock, server: Ministack = _MINISTACK) -> Endpoint:
    """Start it and wait until it answers; one that runs already is used, one that does not answer is replaced.

    Raises ConfigurationError when the extra ``local`` is missing or another Python's server runs, AwsError when it does
    not come up within 120 s.
    """
    packages()
    folder = _folder(cache_dir)
    with turn(folder / "lock", clock=clock):
        running = status(cache_dir, server=server)
        if running:
            return _usable(running)
        _clear(folder, server, clock=clock)
        return _launched(folder, server, environ=environ, clock=clock)


def stop(cache_dir: Path, *, clock: Clock, server: Ministack = _MINISTACK) -> Endpoint | None:
    """End exactly the process that ``start`` started; returns what was running, ``None`` if nothing was."""
    folder = _folder(cache_dir)
    with turn(folder / "lock", clock=clock):
        return _clear(folder, server, clock=clock)


def status(cache_dir: Path, *, server: Ministack = _MINISTACK) -> Endpoint | None:
    """The embedded AWS that runs and answers; ``None`` otherwise. Changes nothing."""
    endpoint = Endpoint.read(cache_dir / "local" / _STATE)
    return endpoint if endpoint and alive(endpoint) and server.answers(endpoint) else None


def _usable(endpoint: Endpoint) -> Endpoint:
    if endpoint.python == interpreter.version():
        return endpoint
    raise ConfigurationError(
        f"the embedded AWS at {endpoint.url} runs functions with Python {endpoint.python}, this is {interpreter.version()}",
        why="it was started from another environment and would load packages built for the wrong Python",
        fix="end it with `lambda-ci local stop`, then try again",
    )


def _folder(cache_dir: Path) -> Path:
    folder = cache_dir.absolute() / "local"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the cache folder {cache_dir} cannot be used: {error.strerror}",
            fix="name another one with --cache-dir or LAMBDA_CI_CACHE",
        ) from error
    return folder


def _clear(folder: Path, server: Ministack, *, clock: Clock) -> Endpoint | None:
    """End what is remembered, if it still runs, and leave no trace of it but the log."""
    endpoint = Endpoint.read(folder / _STATE)
    running = endpoint is not None and alive(endpoint)
    if endpoint and running:
        server.end(endpoint, clock=clock)
    (folder / _STATE).unlink(missing_ok=True)
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    return endpoint if running else None


def _launched(folder: Path, server: Ministack, *, environ: Mapping[str, str], clock: Clock) -> Endpoint:
    """Start it on a free port. It is remembered before it is ready, and does not outlive a failure or an interrupt."""
    try:
        for _ in range(_PORTS):
            endpoint = server.spawn(folder, environ)
            endpoint.write(folder / _STATE)
            if server.ready(endpoint, clock=clock):
                return endpoint
        raise AwsError(f"the embedded AWS found its port taken {_PORTS} times", fix="try again")
    except BaseException:
        _clear(folder, server, clock=clock)
        raise
