"""What the build stages make of functions and layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.result import LayerResult

if TYPE_CHECKING:
    from lambda_ci.model.artifact import LayerPackage, Lock, Package
    from lambda_ci.model.result import FunctionResult
    from lambda_ci.model.settings import Function
    from lambda_ci.package.layers import LayerTree
    from lambda_ci.verbs.building.attest import Papers


@dataclass(frozen=True, kw_only=True)
class MadeLayer:
    """A layer that is there. ``unchanged``: it was there before."""

    tree: LayerTree
    unchanged: bool

    @property
    def result(self) -> LayerResult:
        package = self.tree.built.package
        return LayerResult(
            name=self.tree.layer.name,
            path=package.path,
            sha256=package.sha256,
            size=package.size,
            unpacked_size=package.unpacked_size,
            files=len(package.members),
            ledger=package.ledger,
            savings=package.savings,
            unchanged=self.unchanged,
        )


@dataclass(frozen=True, kw_only=True)
class Built:
    """One function after the build stages: its package, or why there is none (in ``result.failure``)."""

    function: Function
    package: Package | None
    result: FunctionResult
    layers: tuple[LayerPackage | str, ...] | None = None
    """What the function shall have below its package, in order: layers that were built, and ARNs; ``None``: nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A package that is there. ``unchanged``: it was there before. Seconds are those that making it took."""

    package: Package
    lock: Lock
    papers: Papers | None
    unchanged: bool
    seconds: float
    below: tuple[MadeLayer, ...] = ()
    attached: tuple[LayerPackage | str, ...] | None = None
