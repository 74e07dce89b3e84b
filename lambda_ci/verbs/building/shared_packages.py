"""Packages that other machines have made, through the shared cache (``cache.packages``): taken before any wheel is fetched, and
given when one was made here."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from lambda_ci import __version__
from lambda_ci.adapters.threads import in_parallel
from lambda_ci.errors import LambdaCiError
from lambda_ci.model.inventory import Maker
from lambda_ci.package.assemble import output_of
from lambda_ci.package.auto_layers import AutoLayers
from lambda_ci.package.cache.entry import entry
from lambda_ci.package.cache.local import names_a_place
from lambda_ci.package.cache.worth import Candidate, worth_taking
from lambda_ci.package.inventory.inventory import said
from lambda_ci.package.layers import FOLDER, is_nameless, is_own_name
from lambda_ci.package.make import own_of, own_of_layer
from lambda_ci.verbs.building.layers import layers_below

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lambda_ci.console import Console
    from lambda_ci.model.artifact import Package, Wheel
    from lambda_ci.model.settings import Function, Layer, Settings
    from lambda_ci.package.cache.entry import Entry
    from lambda_ci.package.cache.key import Row
    from lambda_ci.package.cache.shared import Exchange
    from lambda_ci.package.make import Workbench
    from lambda_ci.verbs.building.attest import Surroundings
    from lambda_ci.verbs.building.made import MadeLayer
    from lambda_ci.verbs.building.shared_keys import Keys

    Inputs = tuple[Sequence[Wheel], Sequence[Row]]

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
_THREADS = 8


@dataclass(frozen=True, kw_only=True)
class Told:
    """A package that somebody has: its key, what is told of it, and where it goes here."""

    key: str
    entry: Entry
    path: Path


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A function's package with all layers below it, in order."""

    function: Function
    own: Told
    layers: tuple[tuple[Layer, Told], ...] = ()

    @property
    def all(self) -> tuple[Told, ...]:
        return (*(told for _, told in self.layers), self.own)


@dataclass(kw_only=True)
class SharedPackages:
    """What of a run other machines have made. ``taken``: by the function's name; the files are in the output folder."""

    settings: Settings
    bench: Workbench
    exchange: Exchange
    keys: Keys
    console: Console
    taken: dict[str, Offer] = field(default_factory=dict)
    _layers: dict[str, Told | None] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self) -> None:
        """Find out which functions need not be made, and have their packages. Nothing is asked where the wheels are here."""
        functions = [one for one in self.settings.functions if self._lacking(one)]
        offers = [one for one in _parallel(self._offer, functions) if one]
        offered = {one.function.name: one for one in offers}
        candidates = {one.name: _candidate(self._lacking(one), offered.get(one.name)) for one in functions}
        worth = worth_taking(candidates)
        chosen = [one for one in offers if one.function.name in worth]
        files = {one.path: one for offer in chosen for one in offer.all}
        had = dict(zip(files, _parallel(self._had, list(files.values())), strict=True))
        for offer in chosen:
            if all(had[one.path] for one in offer.all):
                self.taken[offer.function.name] = offer
                self._use(offer)
                self.console.line(f"{offer.function.name}: taken from {self.exchange.shared.place}{_by(offer)}")

    def _use(self, offer: Offer) -> None:
        """An automatic layer that is taken must not count as old when those that are made here are tidied."""
        for layer, told in offer.layers:
            if is_nameless(layer):
                AutoLayers.of(self.bench.remembered.folder).note(told.path, told.entry.sha256)

    @property
    def remaining(self) -> Settings:
        """The settings with the functions that have to be made here."""
        return replace(
            self.settings, functions=tuple(one for one in self.settings.functions if one.name not in self.taken)
        )

    def give(
        self,
        function: Function,
        package: Package,
        inputs: Inputs,
        *,
        layers: Sequence[MadeLayer],
        around: Surroundings | None,
    ) -> None:
        """Let others have what was made here: the function's package, and the layers below it. ``inputs``: the wheels that it was
        made from, and what of its own files went into its key. Raises PackageError."""
        if not self.exchange.shared.spec.write:
            return
        keyed: list[tuple[Layer, str]] = []
        for one in layers:
            layer, tree = one.tree.layer, one.tree
            name = self.keys.of_layer(layer, tree.wheels, tree.rows)
            keyed.append((layer, name))
            if not one.unchanged:
                self._give(layer, tree.built.package, tree.wheels, name=name, around=around)
        wheels, rows = inputs
        self._give(function, package, wheels, name=self.keys.of(function, wheels, rows, keyed), around=around)

    def _give(
        self,
        part: Function | Layer,
        package: Package,
        wheels: Sequence[Wheel],
        *,
        name: str,
        around: Surroundings | None,
    ) -> None:
        """What is about this machine is of no use on another."""
        if names_a_place(package, part.source):
            return
        papers = around if part.spec.package.sbom else None
        metadata = {one.sha256: said(one, papers.records) for one in wheels} if papers else {}
        maker = around.maker if around else Maker(version=__version__)
        self.exchange.give(name, entry(package, wheels, metadata, maker), package)

    def _lacking(self, function: Function) -> list[Wheel]:
        """The wheels that would have to be fetched for it; none where it cannot be taken."""
        every: list[Wheel] = []
        needed: tuple[Function | Layer, ...] = (function, *layers_below(function, self.settings, self.keys.plans))
        for part in needed:
            wheels = self.keys.planned(part)
            if wheels is None:
                return []
            every += wheels
        return [wheel for wheel in every if not wheel.path.exists()]

    def _offer(self, function: Function) -> Offer | None:
        try:
            layers = [(one, self._layer(one)) for one in layers_below(function, self.settings, self.keys.plans)]
            there = [(layer, told) for layer, told in layers if told]
            if len(there) != len(layers):
                return None
            keyed = [(layer, told.key) for layer, told in there]
            wheels = self.keys.planned(function) or ()
            name = self.keys.of(function, wheels, own_of(function, self.bench).rows, keyed)
            told = self._told(name, function, lambda _: output_of(function, self.bench.output_dir))
        except LambdaCiError:
            return None  # It is made here, and that says what is wrong.
        return Offer(function=function, own=told, layers=tuple(there)) if told else None

    def _layer(self, layer: Layer) -> Told | None:
        """Automatic layers with the same content are one."""
        wheels = self.keys.planned(layer) or ()
        name = self.keys.of_layer(layer, wheels, own_of_layer(layer, self.bench).rows)
        with self._turn:
            if name not in self._layers:
                self._layers[name] = self._told(name, layer, lambda told: _layer_path(layer, told.file, self.bench))
            return self._layers[name]

    def _told(self, name: str, part: Function | Layer, place: Callable[[Entry], Path | None]) -> Told | None:
        found = self.exchange.find(name)
        if found is None or (part.spec.package.sbom and not found.has_metadata):
            return None
        path = place(found)
        return Told(key=name, entry=found, path=path) if path else None

    def _had(self, told: Told) -> bool:
        return self.exchange.take(told.key, told.entry, told.path)


def _layer_path(layer: Layer, name: str, bench: Workbench) -> Path | None:
    return bench.output_dir / FOLDER / name if is_own_name(layer, name) else None


def _parallel(work: Callable[[_Asked], _Answer], items: Sequence[_Asked]) -> list[_Answer]:
    return in_parallel(work, items, threads=_THREADS, cancelled=threading.Event()) if items else []


def _candidate(lacking: Sequence[Wheel], offer: Offer | None) -> Candidate:
    if offer is None:
        return Candidate(lacking={one.sha256: one.size for one in lacking}, offered=None)
    known = {wheel.sha256: wheel.size for told in offer.all for wheel in told.entry.wheels}
    return Candidate(
        lacking={one.sha256: one.size or known.get(one.sha256, 0) for one in lacking},
        offered={told.entry.sha256: told.entry.size for told in offer.all},
    )


def _by(offer: Offer) -> str:
    run = offer.own.entry.maker.run
    return f", made by {run.invocation}" if run and run.invocation else ""
