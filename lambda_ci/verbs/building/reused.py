"""Packages that other machines have made, as if they had been made here: with layers, and with papers that name their maker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.package.layers import LayerTree, packaged
from lambda_ci.verbs.building.attest import attest
from lambda_ci.verbs.building.layers import Layers
from lambda_ci.verbs.building.made import Made, MadeLayer
from lambda_ci.verbs.building.parts import dependencies

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Lock, Package, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.verbs.building.attest import Papers, Surroundings
    from lambda_ci.verbs.building.shared_packages import Offer, SharedPackages, Told


def taken_over(offer: Offer, others: SharedPackages, around: Surroundings | None) -> Made | LambdaCiError:
    """The package, whose file is there, or why there is none: its papers cannot be written."""
    function = offer.function
    try:
        layers = {layer: _layer(layer, told, others, around) for layer, told in offer.layers}
        package, _, papers = _part(function, offer.own, others, around)
    except LambdaCiError as error:
        return error
    every = Layers(settings=others.settings, supplies=others.keys.plans, made=layers)
    return Made(
        package=package,
        lock=_lock(function, others),
        papers=papers,
        unchanged=True,
        seconds=0.0,
        below=every.of(function),
        attached=every.attached(function),
    )


def _layer(layer: Layer, told: Told, others: SharedPackages, around: Surroundings | None) -> MadeLayer:
    package, wheels, _ = _part(layer, told, others, around)
    tree = LayerTree(layer=layer, built=packaged(layer, package), wheels=wheels, own=())
    return MadeLayer(tree=tree, unchanged=True)


def _part(
    part: Function | Layer, told: Told, others: SharedPackages, around: Surroundings | None
) -> tuple[Package, tuple[Wheel, ...], Papers | None]:
    """Raises PackageError."""
    package = told.entry.package(part.name, told.path, others.bench.pool)
    wheels = tuple(one.wheel(others.settings.cache_dir) for one in told.entry.wheels)
    for wheel, one in zip(wheels, told.entry.wheels, strict=True):
        if around and one.metadata:
            around.records.learn(wheel, one.metadata)
    supply = (_lock(part, others), wheels)
    place = others.exchange.shared.place
    return package, wheels, attest(part, package, supply, around, maker=told.entry.maker, place=place)


def _lock(part: Function | Layer, others: SharedPackages) -> Lock:
    plan = others.keys.plans[dependencies(part)]
    if isinstance(plan, LambdaCiError):
        raise plan
    return plan[0]
