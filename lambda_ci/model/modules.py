"""Which distribution brings a module, and which modules Lambda's runtime has beside the standard library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Modules:
    """``modules.json``, typed. All names are of top-level modules."""

    distributions: Mapping[str, str]
    runtime: frozenset[str]
    not_built: frozenset[str]
    """Of the standard library, and not in AWS's images."""


@cache
def modules() -> Modules:
    """Read ``modules.json`` once."""
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("modules.json").read_text("utf-8"))
    return Modules(
        distributions=raw["distributions"], runtime=frozenset(raw["runtime"]), not_built=frozenset(raw["not-built"])
    )


def distribution_of(module: str) -> str:
    """The distribution that is known to bring a module, by any dotted name of it; empty where none is known.

    Only names that are certain: a wrong one might be somebody's trap.
    """
    return modules().distributions.get(module.partition(".")[0], "")
