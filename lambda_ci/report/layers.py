"""Layers as people and machines read them; the lists of functions say which one uses which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.report import measures
from lambda_ci.report.difference import savings_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from lambda_ci.model.change import Change
    from lambda_ci.model.result import FunctionResult, LayerResult, RunResult

TITLES = ("layer", "size", "unpacked", "files", "used by", "package")
RIGHT = (False, True, True, True, False, False)
"""Which columns hold figures."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """A layer, with the functions that use it."""

    layer: LayerResult
    functions: tuple[FunctionResult, ...]


def used(result: RunResult) -> tuple[Used, ...]:
    """Each layer of a run once."""
    found: dict[LayerResult, list[FunctionResult]] = {}
    for one in result.functions:
        for layer in one.build.layers if one.build else ():
            found.setdefault(layer, []).append(one)
    return tuple(Used(layer=layer, functions=tuple(functions)) for layer, functions in found.items())


def rows(result: RunResult) -> list[Sequence[str]]:
    """One per layer, in the order of ``TITLES``."""
    return [
        (
            one.layer.name,
            measures.size(one.layer.size),
            measures.size(one.layer.unpacked_size),
            str(one.layer.files),
            measures.number(len(one.functions), "function"),
            str(one.layer.path),
        )
        for one in used(result)
    ]


def heading(change: Change) -> str:
    """``deps: shop-deps-0123456789ab (12.3 MiB, 40 files)``, of what a plan says about a layer."""
    told = {field.field: field.after for field in change.fields}
    size, files = measures.size(int(told["layer-size"])), measures.number(int(told["files"]), "file")
    return f"{change.name}: {told['layer-name']} ({size}, {files})"


def members(layer: LayerResult) -> JsonValue:
    """The layer in a document. Sizes in bytes."""
    return {
        "name": layer.name,
        "path": str(layer.path),
        "sha256": layer.sha256,
        "size": layer.size,
        "unpacked-size": layer.unpacked_size,
        "files": layer.files,
        "left-out": savings_members(layer.savings),
    }
