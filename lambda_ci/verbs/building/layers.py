"""The layers of a run: which function uses which, and each made once, before the packages above them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import LambdaCiError
from lambda_ci.model.settings import Layer
from lambda_ci.verbs.building.attest import attest
from lambda_ci.verbs.building.made import MadeLayer
from lambda_ci.verbs.building.parts import declared, dependencies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lambda_ci.deploy.services import Services
    from lambda_ci.model.artifact import LayerPackage, Wheel
    from lambda_ci.model.settings import Function, Settings
    from lambda_ci.package.make import Workbench
    from lambda_ci.verbs.building.attest import Surroundings
    from lambda_ci.verbs.building.made import Built
    from lambda_ci.verbs.building.parts import Dependencies, Supply

    Supplies: TypeAlias = Mapping[Dependencies, Supply | LambdaCiError]

_THREADS = 4


def automatic(function: Function) -> Layer | None:
    """The layer of ``layer: auto``; equal for functions that can share it."""
    if function.spec.layer != "auto" or function.requirements is None or function.spec.is_image:
        return None
    from lambda_ci.model.spec.packages import LayerSpec
    from lambda_ci.package.layers import AUTO

    taken = ("groups", "extras", "runtime", "architecture", "build", "package", "audit")
    spec = LayerSpec.model_validate({}).model_copy(update={name: getattr(function.spec, name) for name in taken})
    return Layer(name=AUTO, spec=spec, source=None, requirements=function.requirements)


@dataclass(frozen=True, kw_only=True)
class Layers:
    """All layers of a run. A layer that could not be made fails the functions that use it, and nothing else."""

    settings: Settings
    supplies: Supplies
    made: Mapping[Layer, MadeLayer | LambdaCiError]

    def of(self, function: Function) -> tuple[MadeLayer, ...]:
        """What lies below the function's package, in order. Raises the LambdaCiError of what could not be made."""
        return tuple(map(self._there, layers_below(function, self.settings, self.supplies)))

    def attached(self, function: Function) -> tuple[LayerPackage | str, ...] | None:
        """What the function shall have on AWS, in order; ``None`` where it says nothing about layers."""
        below = layers_below(function, self.settings, self.supplies)
        if function.spec.layers is None and not below:
            return None
        listed = [*declared(function, self.settings), *(layer for layer in below if layer == automatic(function))]
        return tuple(one if isinstance(one, str) else self._there(one).tree.built for one in listed)

    def above(self, function: Function, wheels: Sequence[Wheel]) -> Sequence[Wheel]:
        """What of the function's dependencies goes into its package."""
        return () if automatic(function) else wheels

    def _there(self, layer: Layer) -> MadeLayer:
        made = self.made[layer]
        if isinstance(made, LambdaCiError):
            raise made
        return made


def make_layers(settings: Settings, supplies: Supplies, bench: Workbench, around: Surroundings | None) -> Layers:
    """Every layer that a function of the run uses, with its papers."""
    every = (layer for function in settings.functions for layer in layers_below(function, settings, supplies))
    distinct = tuple(dict.fromkeys(every))
    cancelled = threading.Event()
    work = partial(_one, supplies=supplies, bench=bench, stopped=cancelled.is_set)
    made = dict(zip(distinct, in_parallel(work, distinct, threads=_THREADS, cancelled=cancelled), strict=True))
    _tidy(made, bench)
    return Layers(settings=settings, supplies=supplies, made=made | _unattested(made, supplies, around))


def _tidy(made: Mapping[Layer, MadeLayer | LambdaCiError], bench: Workbench) -> None:
    """Remove what automatic layers were before."""
    from lambda_ci.package.auto_layers import AutoLayers
    from lambda_ci.package.layers import is_nameless

    there = (one.tree for one in made.values() if not isinstance(one, LambdaCiError))
    AutoLayers.of(bench.remembered.folder).use(tree.built.package for tree in there if is_nameless(tree.layer))


def announce_layers(built: Sequence[Built], services: Services, *, project: str) -> None:
    """Before functions are planned or deployed, several at once."""
    from lambda_ci.deploy.resources.layer import announce

    for one in built:
        announce(one.function.name, one.layers, project=project, services=services)


def demand(settings: Settings, supplies: Supplies) -> Iterator[Wheel]:
    """Every wheel as often as it is opened: for the layers, for the packages, and again for what lies below each."""
    every = [layer for function in settings.functions for layer in layers_below(function, settings, supplies)]
    above = [one for one in settings.functions if not automatic(one)]
    asking: tuple[Function | Layer, ...] = (*every, *dict.fromkeys(every), *above)
    for part in asking:
        having = supplies[dependencies(part)]
        yield from () if isinstance(having, LambdaCiError) else having[1]


def layers_below(function: Function, settings: Settings, supplies: Supplies) -> tuple[Layer, ...]:
    """The layers that are built for a function; that of ``layer: auto`` last, and only where there are dependencies."""
    named = tuple(one for one in declared(function, settings) if isinstance(one, Layer))
    auto = automatic(function)
    having = supplies[dependencies(function)]
    return (*named, auto) if auto and (isinstance(having, LambdaCiError) or having[1]) else named


def _one(
    layer: Layer, *, supplies: Supplies, bench: Workbench, stopped: Callable[[], bool]
) -> MadeLayer | LambdaCiError:
    from lambda_ci.package.make import make_layer

    having = supplies[dependencies(layer)]
    if isinstance(having, LambdaCiError):
        return having
    try:
        tree, unchanged = make_layer(layer, having[1], bench, stopped=stopped)
    except LambdaCiError as error:
        return error
    return MadeLayer(tree=tree, unchanged=unchanged)


def _unattested(
    made: Mapping[Layer, MadeLayer | LambdaCiError], supplies: Supplies, around: Surroundings | None
) -> dict[Layer, LambdaCiError]:
    """Write the papers; the layers for which that fails. Automatic layers with the same content are one file, and have those of the first:
    written side by side, the papers would depend on who was last."""
    told: dict[Path, LambdaCiError | None] = {}
    failed: dict[Layer, LambdaCiError] = {}
    for layer, one in made.items():
        having = supplies[dependencies(layer)]
        if isinstance(one, LambdaCiError) or isinstance(having, LambdaCiError):
            continue
        package = one.tree.built.package
        if package.path not in told:
            try:
                attest(layer, package, having, around)
                told[package.path] = None
            except LambdaCiError as error:
                told[package.path] = error
        if trouble := told[package.path]:
            failed[layer] = trouble
    return failed
