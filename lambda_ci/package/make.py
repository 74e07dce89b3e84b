"""One package: recalled where nothing that shapes it has changed since it was made, assembled otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.artifact import NOT_COMPILED
from lambda_ci.package.assemble import Contents, assemble, assemble_layer, files_of, output_of
from lambda_ci.package.cache.key import key, layer_key, measured
from lambda_ci.package.layers import FOLDER, LayerTree, file_name, packaged, placed_own
from lambda_ci.package.sources import own_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Compiled, Package, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.package.cache.key import Row
    from lambda_ci.package.cache.local import Remembered
    from lambda_ci.package.file import File
    from lambda_ci.package.wheel_pool import WheelPool

    Compiling = Callable[[Function | Layer, Sequence[File], Sequence[Row]], Compiled]


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What the packages of one run share. ``keep_out``: folders and files that are part of none."""

    output_dir: Path
    keep_out: Sequence[Path]
    pool: WheelPool
    remembered: Remembered
    compiling: Compiling | None = None
    """What compiles bytecode, where there is to be some."""

    def compiled(self, part: Function | Layer, own: Sequence[File], rows: Sequence[Row]) -> Compiled:
        """The bytecode for a package. Raises the LambdaCiError of what has to be there and is not."""
        return self.compiling(part, own, rows) if self.compiling else NOT_COMPILED


@dataclass(frozen=True, kw_only=True)
class Own:
    """A function's own files, as they were when they were hashed, and what of them goes into keys."""

    files: Sequence[File]
    rows: Sequence[Row]


def own_of(function: Function, bench: Workbench) -> Own:
    """Find and hash them. Raises ``PackageError``."""
    files, rows = measured(files_of(function, output_dir=bench.output_dir, keep_out=bench.keep_out))
    return Own(files=files, rows=rows)


def own_of_layer(layer: Layer, bench: Workbench) -> Own:
    """The same for a layer, under the paths that they have in it. Raises ``PackageError``."""
    files, rows = measured(placed_own(own_files(layer, keep_out=(bench.output_dir, *bench.keep_out))))
    return Own(files=files, rows=rows)


def make(
    function: Function,
    own: Own,
    wheels: Sequence[Wheel],
    bench: Workbench,
    *,
    layers: Sequence[LayerTree] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Package, bool]:
    """The package, and whether it was there already. Raises ``PackageError`` as ``assemble`` does; failures are not remembered."""
    path = output_of(function, bench.output_dir)
    compiled = bench.compiled(function, own.files, own.rows)
    name = key(function, wheels, own.rows, beneath=[tree.identity for tree in layers], compiled=compiled)
    if found := bench.remembered.find(name, function, path, bench.pool):
        return found, True
    contents = Contents(wheels=wheels, own=own.files, layers=layers, compiled=compiled)
    package = assemble(function, contents, bench.pool, output_dir=bench.output_dir, stopped=stopped)
    bench.remembered.keep(name, package, function.source)
    return package, False


def make_layer(
    layer: Layer, wheels: Sequence[Wheel], bench: Workbench, *, stopped: Callable[[], bool] = lambda: False
) -> tuple[LayerTree, bool]:
    """The layer, and whether it was there already. Raises ``PackageError`` as ``assemble_layer`` does."""
    path = bench.output_dir / FOLDER / file_name(layer, wheels)
    found_own = own_of_layer(layer, bench)
    own, rows = found_own.files, found_own.rows
    compiled = bench.compiled(layer, own, rows)
    name = layer_key(layer, wheels, rows, compiled=compiled)
    found = bench.remembered.find(name, layer, path, bench.pool)
    contents = Contents(wheels=wheels, own=own, compiled=compiled)
    package = found or assemble_layer(layer, contents, bench.pool, path=path, stopped=stopped)
    if not found:
        bench.remembered.keep(name, package, layer.source or path)
    built = packaged(layer, package)
    tree = LayerTree(layer=layer, built=built, wheels=tuple(wheels), own=tuple(own), rows=tuple(rows))
    return tree, found is not None
