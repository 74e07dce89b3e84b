"""Under which keys machines share packages: known from locks and own files, before any wheel is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError, LambdaCiError
from lambda_ci.model.artifact import Compiled
from lambda_ci.verbs.building.layers import automatic
from lambda_ci.verbs.building.parts import dependencies, locked_as, parts
from lambda_ci.verbs.building.prepare import preparation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambda_ci.adapters.interpreter import Interpreters
    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.model.artifact import Lock, Wheel
    from lambda_ci.model.settings import Function, Layer, Settings
    from lambda_ci.package.cache.key import Row
    from lambda_ci.verbs.building.parts import Dependencies, Locked, Supply
    from lambda_ci.verbs.world import World
    from lambda_ci.wheels.fetch import Depot

    Plans = Mapping[Dependencies, Supply | LambdaCiError]


def planned(
    settings: Settings, locks: Mapping[Locked, Lock | LambdaCiError], world: World, *, shared: SharedCache
) -> Plans:
    """What each part will depend on, as far as that is known before it is there."""
    from lambda_ci.wheels.fetch import Depot

    depot = Depot.of(settings.cache_dir, console=world.console, environ=world.environ, shared=shared)
    keep_out = (settings.cache_dir, settings.output_dir)
    plans: dict[Dependencies, Supply | LambdaCiError] = {}
    for part in parts(settings):
        key = dependencies(part)
        if key not in plans:
            plans[key] = _planned(part, locks[locked_as(part)], depot, keep_out)
    return plans


def _planned(
    part: Function | Layer, lock: Lock | LambdaCiError, depot: Depot, keep_out: Sequence[Path]
) -> Supply | LambdaCiError:
    from lambda_ci.wheels.expected import ahead

    if isinstance(lock, LambdaCiError):
        return lock
    wheels = ahead(lock, part.spec.build, depot, keep_out=keep_out)
    return (
        BuildError(f"not all wheels of {part.name} are known before they are there")
        if wheels is None
        else (lock, wheels)
    )


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Keys of functions and layers. ``wheels`` may be there or only planned: what was prepared of them does not count."""

    plans: Plans
    interpreters: Interpreters

    def of_layer(self, layer: Layer, wheels: Sequence[Wheel], rows: Sequence[Row]) -> str:
        """``rows``: what there is of its own files."""
        from lambda_ci.package.cache.key import layer_key

        return self._shared(layer, layer_key(layer, _plain(wheels), rows, compiled=self._compiled(layer)))

    def of(
        self, function: Function, wheels: Sequence[Wheel], rows: Sequence[Row], layers: Sequence[tuple[Layer, str]]
    ) -> str:
        """``layers``: those below it that the project builds, in order, with their keys."""
        from lambda_ci.package.cache.key import key

        above = () if automatic(function) else _plain(wheels)
        beneath = [" ".join([name, *layer.spec.audit.waive]) for layer, name in layers]
        return self._shared(function, key(function, above, rows, beneath=beneath, compiled=self._compiled(function)))

    def planned(self, part: Function | Layer) -> Sequence[Wheel] | None:
        """Those that it depends on, where they are known."""
        plan = self.plans[dependencies(part)]
        return None if isinstance(plan, LambdaCiError) else plan[1]

    def _compiled(self, part: Function | Layer) -> Compiled:
        """Which Python will compile, or why none will; of its zip files nothing is known yet."""
        from lambda_ci.adapters.interpreter import Absent

        wish = part.spec.package.bytecode
        if wish == "never":
            return Compiled()
        found = self.interpreters.of(part.spec.target, part.spec.build, native=False, required=wish == "required")
        return (
            Compiled(why=found.why) if isinstance(found, Absent) else Compiled(place=f"{found.place} {found.identity}")
        )

    def _shared(self, part: Function | Layer, hashed: str) -> str:
        from lambda_ci.package.cache.key import shared_key

        return shared_key(hashed, prepared=preparation(part))


def _plain(wheels: Sequence[Wheel]) -> list[Wheel]:
    return [replace(one, overlays=()) for one in wheels]
