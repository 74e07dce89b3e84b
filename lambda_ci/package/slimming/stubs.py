"""The rule ``stubs``: type information, which only type checkers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambda_ci.package.slimming.distribution import Distribution

_TYPESHED = "typeshed"
"""Type checkers and jedi carry the stubs of the standard library as their data."""


def unneeded(distribution: Distribution) -> set[str]:
    """The paths to leave out. Stubs that the code itself loads at run time (lazy_loader) stay."""
    return {
        file.path
        for file in distribution.removable
        if _is_type_information(file.path) and not _is_loaded(file.path, distribution)
    }


def _is_type_information(path: str) -> bool:
    top, *folders = path.split("/")
    if _TYPESHED in folders:
        return False
    return path.endswith((".pyi", "/py.typed")) or (top.endswith("-stubs") and bool(folders))


def _is_loaded(path: str, distribution: Distribution) -> bool:
    source = path.removesuffix("i")
    return path.endswith(".pyi") and source in distribution.mentions.stubs
