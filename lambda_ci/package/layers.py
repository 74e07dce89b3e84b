"""Layers beside packages: where their files go, and what a function's package must know of those that the project builds.

Lambda unpacks all layers of a function into ``/opt``, in order, so that of two files with one path the last counts. Python looks
into ``/var/task`` (the package) first and into ``/opt/python`` after it; programs are found in ``/opt/bin``, libraries in
``/opt/lib``. https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

from __future__ import annotations

import hashlib
import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import LayerPackage
from lambda_ci.package.merge import merged
from lambda_ci.package.relocated import MODULES, placed
from lambda_ci.package.slimming.slim import slim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import LedgerLine, Package, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.package.cache.key import Row
    from lambda_ci.package.file import File
    from lambda_ci.package.wheel_pool import WheelPool

    Unpacked = Sequence[tuple[Wheel, Sequence[File]]]

AUTO = "auto"
"""The name of layers that functions with ``layer: auto`` share."""
FOLDER = "layers"
"""Where they are, in the output folder."""
_KEPT = ("python", "bin", "lib")
"""Folders with a meaning in a layer."""


@dataclass(frozen=True, kw_only=True)
class LayerTree:
    """A layer that is built. ``own``: its files from ``source``, under the paths that they have below ``/opt``."""

    layer: Layer
    built: LayerPackage
    wheels: tuple[Wheel, ...]
    own: tuple[File, ...]
    rows: tuple[Row, ...] = ()
    """What of its own files went into its key."""

    @property
    def identity(self) -> str:
        """What of it shapes the packages above it: its content, and what its own audit lets pass."""
        return " ".join([self.built.package.sha256, *self.layer.spec.audit.waive])


def packaged(layer: Layer, package: Package) -> LayerPackage:
    """A layer with its zip file, as it is published."""
    spec = layer.spec
    return LayerPackage(
        name=layer.name,
        target=spec.target,
        description=spec.description,
        license_info=spec.license_info,
        package=package,
    )


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A layer whose wheels are open for reading."""

    tree: LayerTree
    wheels: Unpacked

    @property
    def files(self) -> list[File]:
        """Under their paths below ``/opt``."""
        return [*modules_of(self.wheels), *self.tree.own]


@dataclass(frozen=True, kw_only=True)
class Beneath:
    """What lies under a function's package: the layers that the project builds, and the ARNs of others, of which nothing is known."""

    layers: tuple[Opened, ...] = ()
    unknown: int = 0

    @cached_property
    def modules(self) -> tuple[File, ...]:
        """The files in ``/opt/python``, without that prefix. Raises ``PackageError`` where two layers are in each other's way."""
        brought = [(file, one.tree.layer.name) for one in self.layers for file in one.files]
        layer_of = {id(file): name for file, name in brought}
        files = merged(
            [file for file, _ in brought], named=lambda file: f"{file.label} of the layer {layer_of[id(file)]}"
        )
        return tuple(placed(file, file.path[len(MODULES) :]) for file in files if file.path.startswith(MODULES))

    @property
    def ledger(self) -> list[LedgerLine]:
        """What the layers weigh, by distribution."""
        return [line for one in self.layers for line in one.tree.built.package.ledger]


@contextmanager
def beneath(function: Function, layers: Sequence[LayerTree], pool: WheelPool) -> Iterator[Beneath]:
    """The layers, open until the end of the block."""
    with ExitStack() as stack:
        opened = tuple(_opened(tree, stack.enter_context(pool.lent(tree.wheels)), pool) for tree in layers)
        yield Beneath(layers=opened, unknown=sum(":" in layer for layer in function.spec.layers or ()))


def _opened(tree: LayerTree, unpacked: Unpacked, pool: WheelPool) -> Opened:
    """As it is in the zip: without what is left out of it."""
    spec = tree.layer.spec
    return Opened(tree=tree, wheels=slim(spec.package, spec.target, unpacked, tree.own, notes=pool.notes).wheels)


def modules_of(unpacked: Unpacked) -> list[File]:
    """What wheels bring, as modules of a layer."""
    return [placed(file, MODULES + file.path) for _, files in unpacked for file in files]


def placed_own(files: Sequence[File]) -> tuple[File, ...]:
    """The files of a layer's ``source``: modules, but for the folders that have a meaning of their own and are no packages."""
    there = {file.path for file in files}
    kept = {folder + "/" for folder in _KEPT if f"{folder}/__init__.py" not in there}
    return tuple(file if file.path.startswith(tuple(kept)) else placed(file, MODULES + file.path) for file in files)


def file_name(layer: Layer, wheels: Sequence[Wheel]) -> str:
    """``deps-python3.12-arm64.zip``; one that no name stands for is told apart by what goes into it, which are wheels alone:
    a layer with files of its own that somebody calls ``auto`` must not be taken for it."""
    if not is_nameless(layer):
        return f"{layer.name}-{_place(layer)}"
    digests = sorted(digest for one in wheels for digest in (one.sha256, *(over.sha256 for over in one.overlays)))
    content = hashlib.sha256(f"{digests} {layer.spec.package.model_dump_json()}".encode())
    return f"{AUTO}-{content.hexdigest()[:12]}-{_place(layer)}"


def is_own_name(layer: Layer, name: str) -> bool:
    """Whether ``file_name`` could give that name."""
    stem = rf"{AUTO}-[0-9a-f]{{12}}" if is_nameless(layer) else re.escape(layer.name)
    return bool(re.fullmatch(rf"{stem}-{re.escape(_place(layer))}", name))


def is_nameless(layer: Layer) -> bool:
    """Whether it is one of ``layer: auto``."""
    return layer.name == AUTO and layer.source is None


def _place(layer: Layer) -> str:
    return f"{layer.spec.target.runtime}-{layer.spec.target.architecture}.zip"


def refuse_empty(layer: Layer, files: Sequence[File]) -> None:
    """Raises ``PackageError`` for a layer without any file, which Lambda does not take."""
    if not files:
        raise PackageError(
            f"The layer {layer.name} is empty",
            why="Neither its dependency file nor its source has anything for this runtime.",
            fix=f"Remove it from `layers`, or correct layers.{layer.name}.",
        )
