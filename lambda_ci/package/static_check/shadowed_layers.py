"""What a package hides of the layers below it: ``/var/task`` comes before ``/opt/python`` in Python's search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.platform import facts
from lambda_ci.package.relocated import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.artifact import LedgerLine
    from lambda_ci.package.file import File
    from lambda_ci.package.layers import Beneath, Opened, Unpacked

_MIB = 1 << 20


def layer_warnings(
    beneath: Beneath, wheels: Unpacked, own: Sequence[File], lines: Sequence[LedgerLine]
) -> tuple[str, ...]:
    """What is doubtful about a package together with its layers. ``wheels`` and ``own`` are the package's."""
    found = [warning for one in beneath.layers for warning in (*_distributions(one, wheels), *_modules(one, own))]
    return (*found, *_unknown(beneath, lines))


def _distributions(layer: Opened, wheels: Unpacked) -> Iterator[str]:
    from packaging.utils import canonicalize_name

    name = layer.tree.layer.name
    ours = {canonicalize_name(wheel.name): wheel for wheel, _ in wheels}
    for theirs, _ in layer.wheels:
        mine = ours.get(canonicalize_name(theirs.name))
        if mine is None:
            continue
        if mine.sha256 == theirs.sha256:
            yield f"{mine.name} {mine.version} is in the package and in the layer {name}: one of them is enough"
        else:
            yield f"{mine.name} {mine.version} of the package hides {theirs.name} {theirs.version} of the layer {name}"


def _modules(layer: Opened, own: Sequence[File]) -> Iterator[str]:
    theirs = {top for file in layer.files if (top := _top(file.path.removeprefix(MODULES)))}
    for file in own:
        top = _top(file.path)
        if top in theirs and not file.source.distribution:
            yield f"{file.path} hides the module {top!r} of the layer {layer.tree.layer.name}"


def _top(path: str) -> str:
    """The name of the module or package that a file at the top is, or begins."""
    top, _, rest = path.partition("/")
    if rest == "__init__.py":
        return top
    return top.removesuffix(".py") if not rest and top.endswith(".py") else ""


def _unknown(beneath: Beneath, lines: Sequence[LedgerLine]) -> Iterator[str]:
    limit = facts().limits.unzipped
    size = sum(line.size for line in (*lines, *beneath.ledger))
    if beneath.unknown and size > limit // 2:
        many = "a layer" if beneath.unknown == 1 else f"{beneath.unknown} layers"
        yield (
            f"{many} given by ARN could not be counted; the rest has {size / _MIB:,.1f} MiB of the {limit / _MIB:,.0f} MiB "
            "that Lambda takes of a function and its layers"
        )
