"""What functions depend on, locked and on this machine: the stages lock and wheels for every distinct set of dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.lock.selection import Selection
    from lambda_ci.model.artifact import Lock, Wheel
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.model.spec import BuildSpec
    from lambda_ci.model.target import Target
    from lambda_ci.verbs.world import World

    Dependencies = tuple[Path | None, Target, Selection, BuildSpec]
    Supply = tuple[Lock, Sequence[Wheel]]

_SHORTEST_SECRET = 8


def supply(settings: Settings, world: World) -> dict[Dependencies, Supply | LambdaCiError]:
    """Lock and fetch what the functions depend on, once for all that share it. What fails, fails for those only."""
    with world.console.step("lock") as step:
        locks = _locks(settings, world)
        step.failed = _any_failed(locks)
    with world.console.step("wheels") as step:
        wheels = _wheels(
            {key: lock for key, lock in locks.items() if not isinstance(lock, LambdaCiError)}, settings, world
        )
        step.failed = _any_failed(wheels)
    return {key: _complete(lock, wheels.get(key, ())) for key, lock in locks.items()}


def _any_failed(results: Mapping[Dependencies, object]) -> bool:
    return any(isinstance(one, LambdaCiError) for one in results.values())


def selection_of(function: Function, *, frozen: bool = False) -> Selection:
    """What the function takes of its dependency file."""
    from lambda_ci.lock.selection import Selection

    return Selection(groups=function.spec.groups, extras=function.spec.extras, frozen=frozen)


def dependencies(function: Function) -> Dependencies:
    """What functions that share it need only once."""
    return function.requirements, function.spec.target, selection_of(function), function.spec.build


def _locks(settings: Settings, world: World) -> dict[Dependencies, Lock | LambdaCiError]:
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.resolve import lock

    uv = Uv(world.environ)
    locks: dict[Dependencies, Lock | LambdaCiError] = {}
    for function in settings.functions:
        requirements, target, _, options = key = dependencies(function)
        if key in locks:
            continue
        try:
            locks[key] = found = lock(
                requirements,
                target,
                uv=uv,
                cache_dir=settings.cache_dir,
                console=world.console,
                selection=selection_of(function, frozen=settings.frozen),
                building=options.backend != "wheels",
            )
        except BuildError as error:
            world.console.line(f"✗ {function.name}: {error.what}")
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
    locks: Mapping[Dependencies, Lock], settings: Settings, world: World
) -> dict[Dependencies, Sequence[Wheel] | LambdaCiError]:
    from lambda_ci.wheels.fetch import fetch

    try:
        return dict(
            zip(
                locks,
                fetch(
                    tuple(locks.values()),
                    cache_dir=settings.cache_dir,
                    console=world.console,
                    environ=world.environ,
                    building=[options for *_, options in locks],
                    keep_out=(settings.output_dir,),
                ),
                strict=True,
            )
        )
    except BuildError as error:
        if len(locks) == 1:
            world.console.line(f"✗ {error.what}")
            return dict.fromkeys(locks, error)
    apart: dict[Dependencies, Sequence[Wheel] | LambdaCiError] = {}
    for key, lock in locks.items():
        apart |= _wheels({key: lock}, settings, world)
    return apart


def _complete(lock: Lock | LambdaCiError, wheels: Sequence[Wheel] | LambdaCiError) -> Supply | LambdaCiError:
    if isinstance(lock, LambdaCiError):
        return lock
    return wheels if isinstance(wheels, LambdaCiError) else (lock, wheels)
