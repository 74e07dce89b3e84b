"""The order of the build stages, written once: inputs → lock → wheels → package. What follows is in ``deploy``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.result import BuildResult, FunctionResult
from lambda_ci.verbs.outcome import failure_of
from lambda_ci.verbs.private import with_access
from lambda_ci.verbs.supply import dependencies, supply

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Lock, Package
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.verbs.command import Command
    from lambda_ci.verbs.supply import Supply
    from lambda_ci.verbs.world import World


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
        supplies = supply(settings, inside)
    with world.console.step("package") as step:
        built = [_package(one, supplies[dependencies(one)], settings, world) for one in settings.functions]
        supplied = [one for one in built if not isinstance(supplies[dependencies(one.function)], LambdaCiError)]
        step.failed = any(one.package is None for one in supplied)
    return tuple(built)


def _package(function: Function, having: Supply | LambdaCiError, settings: Settings, world: World) -> Built:
    from lambda_ci.package.assemble import assemble

    started = world.clock.monotonic()
    result = FunctionResult(name=function.name, function_name=function.function_name)
    if isinstance(having, LambdaCiError):
        return Built(function=function, package=None, result=replace(result, failure=failure_of(having)))
    lock, wheels = having
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
