"""What functions depend on, locked and on this machine: the stages lock and wheels for every distinct set of dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError
from lambda_ci.verbs.building.background import examining, for_fetching, for_packaging
from lambda_ci.verbs.building.parts import dependencies, known_as, locked_as, parts, selection_of
from lambda_ci.verbs.building.prepare import preparation, prepared
from lambda_ci.verbs.building.unpinned import unpinned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.model.artifact import Lock, Wheel
    from lambda_ci.model.settings import Settings
    from lambda_ci.verbs.building.parts import Dependencies, Locked, Supply
    from lambda_ci.verbs.world import World

_SHORTEST_SECRET = 8


def locked(settings: Settings, world: World, *, shared: SharedCache | None) -> dict[Locked, Lock | LambdaCiError]:
    """The locks of what the functions depend on, one for all that share it. What fails, fails for those only."""
    with world.console.step("lock") as step:
        locks = _locks(settings, world, shared=shared if settings.cache and settings.cache.packages else None)
        for line in unpinned(locks, settings.root):
            world.console.line(line)
        step.failed = _any_failed(locks)
    return locks


def supply(
    settings: Settings, every: Mapping[Locked, Lock | LambdaCiError], world: World, *, shared: SharedCache | None
) -> dict[Dependencies, Supply | LambdaCiError]:
    """Fetch what the functions depend on, once for all that share it. What fails, fails for those only."""
    needed = {locked_as(part) for part in parts(settings)}
    locks = {key: lock for key, lock in every.items() if key in needed}
    if not locks:
        return {}
    with world.console.step("wheels") as step:
        found = {key: lock for key, lock in locks.items() if not isinstance(lock, LambdaCiError)}
        wheels = _wheels(found, settings, world, shared=shared)
        step.failed = _any_failed(wheels)
        return _prepared({key: _complete(lock, wheels.get(key, ())) for key, lock in locks.items()}, settings, world)


def _prepared(
    supplies: Mapping[Locked, Supply | LambdaCiError], settings: Settings, world: World
) -> dict[Dependencies, Supply | LambdaCiError]:
    """What is there, for each part as it wants it."""
    done: dict[Dependencies, Supply | LambdaCiError] = {}
    for part in parts(settings):
        key, having = dependencies(part), supplies[locked_as(part)]
        if key not in done:
            wanted = preparation(part)
            done[key] = having if isinstance(having, LambdaCiError) else (having[0], prepared(having[1], wanted, world))
    return done


def _any_failed(results: Mapping[Locked, object]) -> bool:
    return any(isinstance(one, LambdaCiError) for one in results.values())


def _locks(settings: Settings, world: World, *, shared: SharedCache | None) -> dict[Locked, Lock | LambdaCiError]:
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.resolve import Resolver, lock

    uv = Uv(world.environ, meanwhile=for_fetching)
    resolver = Resolver(uv=uv, cache_dir=settings.cache_dir, console=world.console, shared=shared)
    locks: dict[Locked, Lock | LambdaCiError] = {}
    for part in parts(settings):
        requirements, target, _, options = key = locked_as(part)
        if key in locks:
            continue
        try:
            locks[key] = found = lock(
                requirements,
                target,
                resolver,
                selection=selection_of(part, frozen=settings.frozen),
                building=options.backend != "wheels",
            )
        except BuildError as error:
            world.console.line(f"✗ {known_as(part)}: {error.what}")
            locks[key] = error
        else:
            _mask(found, world)
    return locks


def _mask(lock: Lock, world: World) -> None:
    """What is shorter is no secret, and hiding it would hide the log."""
    for _user, word in lock.credentials.values():
        if len(word) >= _SHORTEST_SECRET:
            world.console.mask(word)


def _wheels(
    locks: Mapping[Locked, Lock], settings: Settings, world: World, *, shared: SharedCache | None
) -> dict[Locked, Sequence[Wheel] | LambdaCiError]:
    from lambda_ci.wheels.fetch import Depot, fetch

    depot = Depot.of(settings.cache_dir, console=world.console, environ=world.environ, shared=shared)
    try:
        with examining(inventory=any(part.spec.package.sbom for part in parts(settings))) as arrived:
            wheels = fetch(
                tuple(locks.values()),
                depot,
                building=[options for *_, options in locks],
                keep_out=(settings.cache_dir, settings.output_dir),
                arrived=arrived,
                meanwhile=for_packaging,
            )
        return dict(zip(locks, wheels, strict=True))
    except BuildError as error:
        if len(locks) == 1:
            world.console.line(f"✗ {error.what}")
            return dict.fromkeys(locks, error)
    apart: dict[Locked, Sequence[Wheel] | LambdaCiError] = {}
    for key, lock in locks.items():
        apart |= _wheels({key: lock}, settings, world, shared=shared)
    return apart


def _complete(lock: Lock | LambdaCiError, wheels: Sequence[Wheel] | LambdaCiError) -> Supply | LambdaCiError:
    if isinstance(lock, LambdaCiError):
        return lock
    return wheels if isinstance(wheels, LambdaCiError) else (lock, wheels)
