"""The order of the build stages, written once: inputs → lock → wheels → package. What follows is in ``deploy``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.result import BuildResult, FunctionResult
from lambda_ci.verbs.outcome import failure_of
from lambda_ci.verbs.private import with_access

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.lock.selection import Selection
    from lambda_ci.model.artifact import Lock, Package, Wheel
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.model.spec import BuildSpec
    from lambda_ci.model.target import Target
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.world import World

    Dependencies = tuple[Path | None, Target, Selection, BuildSpec]
    Supply = tuple[Lock, Sequence[Wheel]]


_SHORTEST_SECRET = 8


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
    """Build every function of the settings. What fails, fails for its functions only. Raises AwsError where a token of
    CodeArtifact cannot be had."""
    with with_access(settings, world) as inside:
        supplies = _supplies(settings, inside)
    with world.console.step("package") as step:
        built = [_package(one, supplies[_dependencies(one)], settings, world) for one in settings.functions]
        supplied = [one for one in built if not isinstance(supplies[_dependencies(one.function)], LambdaCiError)]
        step.failed = any(one.package is None for one in supplied)
    return tuple(built)


def _supplies(settings: Settings, world: World) -> dict[Dependencies, Supply | LambdaCiError]:
    with world.console.step("lock") as step:
        locks = _locks(settings, world)
        step.failed = _any_failed(locks)
    with world.console.step("wheels") as step:
        wheels = _wheels(
            {key: lock for key, lock in locks.items() if not isinstance(lock, LambdaCiError)}, settings, world
        )
        step.failed = _any_failed(wheels)
    return {key: _supply(lock, wheels.get(key, ())) for key, lock in locks.items()}


def _any_failed(results: Mapping[Dependencies, object]) -> bool:
    return any(isinstance(one, LambdaCiError) for one in results.values())


def selection_of(function: Function, *, frozen: bool = False) -> Selection:
    """What the function takes of its dependency file."""
    from lambda_ci.lock.selection import Selection

    return Selection(groups=function.spec.groups, extras=function.spec.extras, frozen=frozen)


def _dependencies(function: Function) -> Dependencies:
    return function.requirements, function.spec.target, selection_of(function), function.spec.build


def _locks(settings: Settings, world: World) -> dict[Dependencies, Lock | LambdaCiError]:
    from lambda_ci.adapters.uv import Uv
    from lambda_ci.lock.resolve import lock

    uv = Uv(world.environ)
    locks: dict[Dependencies, Lock | LambdaCiError] = {}
    for function in settings.functions:
        requirements, target, _, options = key = _dependencies(function)
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


def _supply(lock: Lock | LambdaCiError, wheels: Sequence[Wheel] | LambdaCiError) -> Supply | LambdaCiError:
    if isinstance(lock, LambdaCiError):
        return lock
    return wheels if isinstance(wheels, LambdaCiError) else (lock, wheels)


def _package(function: Function, supply: Supply | LambdaCiError, settings: Settings, world: World) -> Built:
    from lambda_ci.package.assemble import assemble

    started = world.clock.monotonic()
    result = FunctionResult(name=function.name, function_name=function.function_name)
    if isinstance(supply, LambdaCiError):
        return Built(function=function, package=None, result=replace(result, failure=failure_of(supply)))
    lock, wheels = supply
    try:
        package = assemble(function, wheels, output_dir=settings.output_dir, keep_out=_keep_out(settings))
    except LambdaCiError as error:
        world.console.line(f"✗ {function.name}: {error.what}")
        return Built(function=function, package=None, result=replace(result, failure=failure_of(error)))
    warnings = _warnings(package, world)
    seconds = world.clock.monotonic() - started
    result = replace(result, build=_built(package, lock, seconds), warnings=warnings)
    return Built(function=function, package=package, result=result)


def _warnings(package: Package, world: World) -> tuple[Problem, ...]:
    origin = Origin(source=package.function)
    warnings = [Problem(origin=origin, message=text, severity=Severity.WARNING) for text in package.warnings]
    for warning in warnings:
        world.console.problem(warning)
    return tuple(warnings)


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
