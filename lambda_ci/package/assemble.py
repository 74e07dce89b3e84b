"""The package stage: wheels and the function's own files in, one deployment zip out.

The compressed members of the wheels are copied as they are, so nothing of the dependencies is inflated or compressed
anew. The function's own files are stored uncompressed: builds of zlib differ in their output (zlib-ng, Intel's and
Apple's patches), and a compressor of our own would cost more than the few kilobytes are worth. The same inputs give the
same bytes on every machine, whatever the folder, the clock, the umask and the version of Python.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import NOT_COMPILED, Package
from lambda_ci.model.platform import facts
from lambda_ci.package.audit.audit import audit
from lambda_ci.package.budget import check_budget
from lambda_ci.package.bytecode import with_what_fits
from lambda_ci.package.layers import beneath, modules_of, refuse_empty
from lambda_ci.package.limits import check, ledger
from lambda_ci.package.merge import case_warnings, merged
from lambda_ci.package.overlays import compiled_beside
from lambda_ci.package.relocated import MODULES, placed
from lambda_ci.package.slimming.slim import slim
from lambda_ci.package.sources import dispatch_library, own_files
from lambda_ci.package.static_check.handler import handler_warnings
from lambda_ci.package.static_check.imports import import_warnings
from lambda_ci.package.static_check.shadowed_layers import layer_warnings
from lambda_ci.package.static_check.shadowed_runtime import shadow_warnings
from lambda_ci.package.writer import write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lambda_ci.model.artifact import Compiled, LedgerLine, Member, Wheel
    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.package.file import File
    from lambda_ci.package.layers import LayerTree
    from lambda_ci.package.wheel_pool import WheelPool

_SHARE_OF_LAYERS = 2
"""Bytecode must leave a layer within that part of Lambda's limit: what lies above it needs room too."""


def files_of(function: Function, *, output_dir: Path, keep_out: Sequence[Path] = ()) -> list[File]:
    """What goes into the package beside the dependencies. ``keep_out``: further folders and files (a cache, the configuration)
    that are never part of it. Raises ``PackageError`` for what cannot be packaged."""
    own = own_files(function, keep_out=(output_dir, *keep_out))
    return [*own, *dispatch_library()] if function.spec.dispatch else own


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a package or a layer is made of."""

    wheels: Sequence[Wheel]
    own: Sequence[File]
    """What ``files_of`` found; those of a layer under the paths that they have in it."""
    layers: Sequence[LayerTree] = ()
    """Those below a function that the project builds."""
    compiled: Compiled = NOT_COMPILED


def assemble(
    function: Function,
    contents: Contents,
    pool: WheelPool,
    *,
    output_dir: Path,
    stopped: Callable[[], bool] = lambda: False,
) -> Package:
    """Write ``output_dir/NAME.zip``, whole or not at all; not at all where it is ``stopped``.

    Raises ``PackageError`` where a file cannot be used, two clash, a limit is exceeded, Lambda would not find the handler, or the
    audit finds what would not work there.
    """
    path = output_of(function, output_dir)
    wheels, own, compiled = contents.wheels, contents.own, contents.compiled
    with (
        pool.lent(sorted(wheels, key=_order)) as unpacked,
        beneath(function, contents.layers, pool) as below,
        compiled_beside(compiled) as of_own,
    ):
        slimmed = slim(function.spec.package, function.spec.target, unpacked, own, notes=pool.notes)
        sources = merged([*(file for _, of_wheel in slimmed.wheels for file in of_wheel), *own])
        bytecode = [*pool.bytecode(wheels), *of_own]
        room = None if function.spec.is_image else facts().limits.unzipped - sum(line.size for line in below.ledger)
        files, told = with_what_fits(function.spec.package, sources, bytecode, compiled, room=room)
        lines = ledger(files)
        check(files, lines, below.ledger, is_image=function.spec.is_image)
        check_budget(function.spec.package, files, lines, below.ledger)
        warnings = (*handler_warnings(function, sources, below), *shadow_warnings(sources), *case_warnings(sources))
        warnings += (*slimmed.warnings, *audit(function, slimmed.wheels, own, notes=pool.notes, beneath=below))
        warnings += (*import_warnings(function, sources, below), *layer_warnings(below, slimmed.wheels, own, lines))
        made = _written(function.name, path, files, pool, lines=lines, stopped=stopped)
    return replace(made, warnings=warnings, savings=slimmed.savings, bytecode=told)


def assemble_layer(
    layer: Layer,
    contents: Contents,
    pool: WheelPool,
    *,
    path: Path,
    stopped: Callable[[], bool] = lambda: False,
) -> Package:
    """Write a layer to ``path``, as ``assemble`` writes a package: dependencies under ``python/``, its own files as they are placed.

    What would not work on Lambda is found out with the functions that use it.
    """
    wheels, own, compiled = contents.wheels, contents.own, contents.compiled
    with pool.lent(sorted(wheels, key=_order)) as unpacked, compiled_beside(compiled) as of_own:
        slimmed = slim(layer.spec.package, layer.spec.target, unpacked, own, notes=pool.notes)
        sources = merged([*modules_of(slimmed.wheels), *own])
        refuse_empty(layer, sources)
        bytecode = [*(placed(file, MODULES + file.path) for file in pool.bytecode(wheels)), *of_own]
        room = facts().limits.unzipped // _SHARE_OF_LAYERS
        files, told = with_what_fits(layer.spec.package, sources, bytecode, compiled, room=room)
        lines = ledger(files)
        check(files, lines)
        check_budget(layer.spec.package, files, lines, what=f"the layer {layer.name}")
        made = _written(layer.name, path, files, pool, lines=lines, stopped=stopped)
    warnings = (*slimmed.warnings, *case_warnings(sources))
    return replace(made, warnings=warnings, savings=slimmed.savings, bytecode=told)


def _order(wheel: Wheel) -> tuple[str, str]:
    return wheel.filename, wheel.sha256


def output_of(function: Function, output_dir: Path) -> Path:
    """Where the package goes. Raises ``PackageError`` where it cannot."""
    if "/" in function.name or "\0" in function.name or function.name.startswith("."):
        raise PackageError(
            f"The function's name {function.name!r} cannot name a file",
            fix="Use letters, digits, dashes and underscores for the key under `functions`.",
        )
    path = output_dir / f"{function.name}.zip"
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a name is too long
        raise PackageError(f"{path} is a folder", fix="Remove it or choose another folder with --output-dir.")
    return path


def _written(
    name: str,
    path: Path,
    files: Sequence[File],
    pool: WheelPool,
    *,
    lines: tuple[LedgerLine, ...],
    stopped: Callable[[], bool],
) -> Package:
    """The zip file, as far as its files tell."""
    members: list[Member] = []
    written = write(files, path, stopped=stopped, meanwhile=lambda: members.extend(pool.members(files)))
    return Package(
        function=name,
        path=path,
        sha256=written.sha256.hex(),
        code_sha256=base64.b64encode(written.sha256).decode(),
        size=written.size,
        unpacked_size=sum(line.size for line in lines),
        members=tuple(members),
        ledger=lines,
        warnings=(),
    )
