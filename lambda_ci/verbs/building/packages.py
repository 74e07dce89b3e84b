"""The packages of all functions: the stage package for each, after what they depend on is on this machine."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import LambdaCiError
from lambda_ci.model.problem import Origin, Problem, Severity
from lambda_ci.model.result import FunctionResult
from lambda_ci.verbs.building.attest import attest, surroundings
from lambda_ci.verbs.building.layers import demand, make_layers
from lambda_ci.verbs.building.made import Built, Made
from lambda_ci.verbs.building.parts import dependencies
from lambda_ci.verbs.building.workbench import workbench
from lambda_ci.verbs.outcome import build_of, failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambda_ci.console import Clock
    from lambda_ci.model.artifact import Package
    from lambda_ci.model.result import BuildResult
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.package.make import Own, Workbench
    from lambda_ci.verbs.building.attest import Surroundings
    from lambda_ci.verbs.building.bytecode import Bytecode
    from lambda_ci.verbs.building.layers import Layers
    from lambda_ci.verbs.building.parts import Dependencies, Supply
    from lambda_ci.verbs.building.shared_packages import SharedPackages
    from lambda_ci.verbs.world import World


_THREADS = 4
_SHOWN = 3
"""How many functions are named."""


def packages(
    settings: Settings,
    supplies: Mapping[Dependencies, Supply | LambdaCiError],
    world: World,
    *,
    compiling: Bytecode | None = None,
    others: SharedPackages | None = None,
) -> tuple[Built, ...]:
    """One per function, in the order of the settings. What fails, fails for its function only. ``compiling`` gives bytecode,
    ``others`` what other machines have made: ``supplies`` lacks what only those functions depend on."""
    with world.console.step("package") as step:
        around = surroundings(settings, world)
        packing = _packing(settings, supplies, world, compiling=compiling, others=others, around=around)
        made = packing.all() | _taken(others, around)
        supplied = frozenset((*packing.supplied, *(others.taken if others else ())))
        built = [_told(one, made[one.name], world, supplied=one.name in supplied) for one in settings.functions]
        step.failed = any(one.package is None and one.function.name in supplied for one in built)
        _tell(built, world)
        _tell_of_bytecode(built, world)
    return tuple(built)


def _tell_of_bytecode(built: Sequence[Built], world: World) -> None:
    """Why there is none, where there could be some; once for all that lack it for the same reason."""
    lacking: dict[str, list[str]] = {}
    for one in built:
        if one.package and one.package.bytecode.why:
            lacking.setdefault(one.package.bytecode.why, []).append(one.function.name)
    for why, names in lacking.items():
        who = names[0] if len(names) == 1 else f"{len(names)} functions"
        world.console.line(f"{who}: no bytecode, because {why}")


def _taken(others: SharedPackages | None, around: Surroundings | None) -> dict[str, Made | LambdaCiError]:
    if others is None or not others.taken:
        return {}
    from lambda_ci.verbs.building.reused import taken_over

    return {name: taken_over(offer, others, around) for name, offer in others.taken.items()}


def _packing(
    settings: Settings,
    supplies: Mapping[Dependencies, Supply | LambdaCiError],
    world: World,
    *,
    compiling: Bytecode | None,
    others: SharedPackages | None,
    around: Surroundings | None,
) -> _Packing:
    making = others.remaining if others else settings
    having = {one.name: supplies[dependencies(one)] for one in making.functions}
    bench = workbench(settings, demand=demand(making, supplies), compiling=compiling)
    layers = make_layers(making, supplies, bench, around)
    return _Packing(
        functions=making.functions,
        having=having,
        layers=layers,
        bench=bench,
        compiling=compiling,
        around=around,
        others=others,
        clock=world.clock,
    )


@dataclass(frozen=True, kw_only=True)
class _Packing:
    """The packages of one run, in the making; ``having`` is what each function, by its name, depends on."""

    functions: Sequence[Function]
    having: Mapping[str, Supply | LambdaCiError]
    layers: Layers
    bench: Workbench
    compiling: Bytecode | None
    around: Surroundings | None
    others: SharedPackages | None
    clock: Clock

    @property
    def supplied(self) -> list[str]:
        """The functions whose dependencies are there."""
        return [name for name, one in self.having.items() if not isinstance(one, LambdaCiError)]

    def all(self) -> dict[str, Made | LambdaCiError]:
        """By name. Functions with the same wheels are made one after the other, so that few wheels are open at once."""
        turn = {id(one): number for number, one in enumerate(self.having.values())}
        ordered = sorted(self.functions, key=lambda one: turn[id(self.having[one.name])])
        cancelled = threading.Event()
        try:
            found = in_parallel(self._own, ordered, threads=_THREADS, cancelled=cancelled)
            own = {function.name: one for function, one in zip(ordered, found, strict=True)}
            self._prepare(own)
            work = partial(self._one, own=own, stopped=cancelled.is_set)
            done = in_parallel(work, ordered, threads=_THREADS, cancelled=cancelled)
        finally:
            self.bench.pool.close()
        self.bench.remembered.sweep()
        return {function.name: made for function, made in zip(ordered, done, strict=True)}

    def _own(self, function: Function) -> Own | LambdaCiError:
        """The function's own files, or why there will be no package of them."""
        from lambda_ci.package.make import own_of

        having = self.having[function.name]
        if isinstance(having, LambdaCiError):
            return having
        try:
            return own_of(function, self.bench)
        except LambdaCiError as error:
            return error

    def _prepare(self, own: Mapping[str, Own | LambdaCiError]) -> None:
        """What goes faster for all functions at once."""
        there = {name: one for name, one in own.items() if not isinstance(one, LambdaCiError)}
        functions = [function for function in self.functions if function.name in there]
        if self.compiling:
            self.compiling.prepare([(one, there[one.name].files, there[one.name].rows) for one in functions])

    def _one(
        self, function: Function, *, own: Mapping[str, Own | LambdaCiError], stopped: Callable[[], bool]
    ) -> Made | LambdaCiError:
        from lambda_ci.package.make import make

        having, files = self.having[function.name], own[function.name]
        if isinstance(having, LambdaCiError):
            return having
        if isinstance(files, LambdaCiError):
            return files
        started = self.clock.monotonic()
        lock, wheels = having
        try:
            below = self.layers.of(function)
            above = self.layers.above(function, wheels)
            trees = [one.tree for one in below]
            package, unchanged = make(function, files, above, self.bench, layers=trees, stopped=stopped)
            papers = attest(function, package, having, self.around)
            if self.others and not unchanged:
                self.others.give(function, package, (wheels, files.rows), layers=below, around=self.around)
        except LambdaCiError as error:
            return error
        seconds = self.clock.monotonic() - started
        made = Made(package=package, lock=lock, papers=papers, unchanged=unchanged, seconds=seconds)
        return replace(made, below=below, attached=self.layers.attached(function))


def _told(function: Function, made: Made | LambdaCiError, world: World, *, supplied: bool) -> Built:
    result = FunctionResult(name=function.name, function_name=function.function_name)
    if isinstance(made, LambdaCiError):
        if supplied:
            world.console.line(f"✗ {function.name}: {made.what}")
        return Built(function=function, package=None, result=replace(result, failure=failure_of(made)))
    result = replace(result, build=_built(made), warnings=_warnings(made.package))
    return Built(function=function, package=made.package, result=result, layers=made.attached)


def _warnings(package: Package) -> tuple[Problem, ...]:
    origin = Origin(source=package.function)
    return tuple(Problem(origin=origin, message=text, severity=Severity.WARNING) for text in package.warnings)


def _tell(built: Sequence[Built], world: World) -> None:
    """Each warning once, with all functions that it is about: what is wrong with a layer is wrong for all that use it."""
    about: dict[str, list[Problem]] = {}
    for one in built:
        for warning in one.result.warnings:
            about.setdefault(warning.message, []).append(warning)
    for some in about.values():
        names = [one.origin.source for one in some]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        world.console.problem(replace(some[0], origin=Origin(source=", ".join(names[:_SHOWN]) + more)))


def _built(made: Made) -> BuildResult:
    return replace(
        build_of(made.package, lock=made.lock.origin, seconds=made.seconds),
        unchanged=made.unchanged,
        layers=tuple(one.result for one in made.below),
        sbom=made.papers.sbom if made.papers else None,
        provenance=made.papers.provenance if made.papers else None,
    )
