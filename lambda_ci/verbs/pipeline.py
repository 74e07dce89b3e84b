"""The order of the build stages, written once: inputs → lock → wheels → package. What follows is in ``deploy``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError
from lambda_ci.model.result import BuildResult, FunctionResult
from lambda_ci.verbs.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Lock, Package, Wheel
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.model.target import Target
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.world import World

    Dependencies = tuple[Path | None, Target]


@dataclass(frozen=True, kw_only=True)
class Built:
    """One function after the build stages: its package, or why there is none (in ``result.failure``)."""

    function: Function
    package: Package | None
    result: FunctionResult


def settle(command: Command, world: World) -> Settings:
    """The inputs stage: every source merged and checked. Warnings are shown, problems raised all at once."""
    from lambda_ci.inputs.settings import Sources, load

    sources = Sources(flags=command.flags, inputs=world.inputs, environ=world.environ, cwd=world.cwd)
    settings = load(sources, today=world.today)
    for warning in settings.warnings:
        world.console.problem(warning)
    return settings


def build(settings: Settings, world: World) -> tuple[Built, ...]:
    """Build every function of the settings. What fails, fails for its functions only."""
    with world.console.step("lock"):
        locks = _locks(settings, world)
    with world.console.step("wheels"):
        wheels = _wheels(
            {key: lock for key, lock in locks.items() if not isinstance(lock, LambdaCiError)}, settings, world
        )
    with world.console.step("package"):
        return tuple(_package(function, settings, world, locks=locks, wheels=wheels) for function in settings.functions)


def _dependencies(function: Function) -> Dependencies:
    return function.requirements, function.spec.target


def _locks(settings: Settings, world: World) -> dict[Dependencies, Lock | LambdaCiError]:
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.resolve import lock

    uv = Uv(world.environ)
    locks: dict[Dependencies, Lock | LambdaCiError] = {}
    for function in settings.functions:
        requirements, target = key = _dependencies(function)
        if key in locks:
            continue
        try:
            locks[key] = lock(requirements, target, uv=uv, cache_dir=settings.cache_dir, console=world.console)
        except BuildError as error:
            locks[key] = error
    return locks


def _wheels(
    locks: Mapping[Dependencies, Lock], settings: Settings, world: World
) -> dict[Dependencies, Sequence[Wheel] | LambdaCiError]:
    from lambda_ci.wheels.fetch import fetch

    try:
        return dict(
            zip(
                locks,
                fetch(
                    tuple(locks.values()), cache_dir=settings.cache_dir, console=world.console, environ=world.environ
                ),
                strict=True,
            )
        )
    except BuildError as error:
        if len(locks) == 1:
            return dict.fromkeys(locks, error)
    apart: dict[Dependencies, Sequence[Wheel] | LambdaCiError] = {}
    for key, lock in locks.items():
        apart |= _wheels({key: lock}, settings, world)
    return apart


def _package(
    function: Function,
    settings: Settings,
    world: World,
    *,
    locks: Mapping[Dependencies, Lock | LambdaCiError],
    wheels: Mapping[Dependencies, Sequence[Wheel] | LambdaCiError],
) -> Built:
    from lambda_ci.package.assemble import assemble

    started = world.clock.monotonic()
    result = FunctionResult(name=function.name, function_name=function.function_name)
    lock = locks[_dependencies(function)]
    try:
        if isinstance(lock, LambdaCiError):
            raise lock
        chosen = wheels[_dependencies(function)]
        if isinstance(chosen, LambdaCiError):
            raise chosen
        package = assemble(function, chosen, output_dir=settings.output_dir, keep_out=_keep_out(settings))
    except LambdaCiError as error:
        world.console.line(f"✗ {function.name}: {error.what}")
        return Built(function=function, package=None, result=replace(result, failure=failure_of(error)))
    for warning in package.warnings:
        world.console.line(f"{function.name}: {warning}")
    seconds = world.clock.monotonic() - started
    return Built(function=function, package=package, result=replace(result, build=_built(package, lock, seconds)))


def _keep_out(settings: Settings) -> tuple[Path, ...]:
    """What may lie in a function's source and is never part of it."""
    return (settings.cache_dir, settings.config) if settings.config else (settings.cache_dir,)


def _built(package: Package, lock: Lock, seconds: float) -> BuildResult:
    return BuildResult(
        path=package.path,
        sha256=package.sha256,
        code_sha256=package.code_sha256,
        size=package.size,
        unpacked_size=package.unpacked_size,
        files=len(package.members),
        lock=lock.origin,
        ledger=package.ledger,
        seconds=seconds,
    )
