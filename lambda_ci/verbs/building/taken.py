"""Packages that other machines have made, as if they had been made here: with layers, and with papers that name their maker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.errors import LambdaCiError
from lambda_ci.package.layers import LayerTree, packaged
from lambda_ci.verbs.building.attest import attest
from lambda_ci.verbs.building.layers import Layers, MadeLayer
from lambda_ci.verbs.building.packages import Made
from lambda_ci.verbs.building.supply import dependencies

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Lock, Package, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.verbs.building.attest import Papers, Surroundings
    from lambda_ci.verbs.building.elsewhere import Elsewhere, Offer, Told


def taken_over(offer: Offer, elsewhere: Elsewhere, around: Surroundings | None) -> Made | LambdaCiError:
    """The package, whose file is there, or why there is none: its papers cannot be written."""
    function = offer.function
    try:
        layers = {layer: _layer(layer, told, elsewhere, around) for layer, told in offer.layers}
        package, _, papers = _part(function, offer.own, elsewhere, around)
    except LambdaCiError as error:
        return error
    every = Layers(settings=elsewhere.settings, supplies=elsewhere.keys.plans, made=layers)
    return Made(
        package=package,
        lock=_lock(function, elsewhere),
        papers=papers,
        unchanged=True,
        seconds=0.0,
        below=every.of(function),
        attached=every.attached(function),
    )


def _layer(layer: Layer, told: Told, elsewhere: Elsewhere, around: Surroundings | None) -> MadeLayer:
    package, wheels, _ = _part(layer, told, elsewhere, around)
    tree = LayerTree(layer=layer, built=packaged(layer, package), wheels=wheels, own=())
    return MadeLayer(tree=tree, unchanged=True)


def _part(
    part: Function | Layer, told: Told, elsewhere: Elsewhere, around: Surroundings | None
) -> tuple[Package, tuple[Wheel, ...], Papers | None]:
    """Raises PackageError."""
    package = told.entry.package(part.name, told.path, elsewhere.bench.shelf)
    wheels = tuple(one.wheel(elsewhere.settings.cache_dir) for one in told.entry.wheels)
    for wheel, one in zip(wheels, told.entry.wheels, strict=True):
        if around and one.metadata:
            around.records.learn(wheel, one.metadata)
    supply = (_lock(part, elsewhere), wheels)
    place = elsewhere.exchange.shared.place
    return package, wheels, attest(part, package, supply, around, maker=told.entry.maker, place=place)


def _lock(part: Function | Layer, elsewhere: Elsewhere) -> Lock:
    plan = elsewhere.keys.plans[dependencies(part)]
    if isinstance(plan, LambdaCiError):
        raise plan
    return plan[0]
