"""Which packages are worth fetching whole: those that spare more than they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEARER = 3
"""How many bytes of packages one byte of wheels is worth: those would have to be prepared and put together as well."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One function. By SHA-256, with sizes in bytes: the wheels that it would need and that are not here (``lacking``), and
    the zip files that it could have instead (``offered``); ``None`` where nobody offers them."""

    lacking: Mapping[str, int]
    offered: Mapping[str, int] | None


def worth_taking(candidates: Mapping[str, Candidate]) -> frozenset[str]:
    """The names of those to take.

    Wheels that come anyway, for a function that has to be made, are no reason to fetch a package: it is put together faster.
    """
    coming = {one for each in candidates.values() if each.offered is None for one in each.lacking}
    groups: dict[frozenset[str], list[str]] = {}
    for name, each in candidates.items():
        if each.offered is not None:
            groups.setdefault(frozenset(each.lacking), []).append(name)
    taking: list[tuple[frozenset[str], list[str]]] = []
    for lacking, names in groups.items():
        if _pays(lacking - coming, [candidates[name] for name in names]):
            taking.append((lacking, names))
        else:
            coming |= lacking
    return frozenset(name for lacking, names in taking if lacking - coming for name in names)


def _pays(spared: frozenset[str], group: list[Candidate]) -> bool:
    sizes = {wheel: size for each in group for wheel, size in each.lacking.items()}
    offered = {zipped: size for each in group for zipped, size in (each.offered or {}).items()}
    return bool(spared) and sum(offered.values()) <= _DEARER * sum(sizes[wheel] for wheel in spared)
