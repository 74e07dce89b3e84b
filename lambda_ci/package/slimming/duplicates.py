"""The rule ``duplicates``: one shared library under several names in one folder, as linkers want it and loaders do not.

``libarrow.so``, ``libarrow.so.2300`` and ``libarrow.so.2300.0.0`` are links to one file where they are built, and three
copies in a wheel. A zip for Lambda has copies as well, so the names that nothing asks for are left out: names that stay are
those that a binary of the package needs, that Python code mentions, and the library's own (its soname).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.audit import Kind
from lambda_ci.package.file import same
from lambda_ci.package.slimming.distribution import is_kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lambda_ci.model.audit import Binary
    from lambda_ci.package.file import File
    from lambda_ci.package.slimming.distribution import Distribution


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """``needed``: the names of libraries that the binaries and the own sources of the whole package ask for."""

    binaries: Mapping[str, Binary]
    """By path."""
    needed: Collection[str]

    def unneeded(self, distribution: Distribution) -> set[str]:
        """The paths to leave out."""
        return {path for group in self._groups(distribution) for path in self._superfluous(group, distribution)}

    def _groups(self, distribution: Distribution) -> Iterator[list[File]]:
        groups: dict[tuple[str, int, int | None], list[File]] = {}
        for file in distribution.files:
            if self._is_library(file.path):
                groups.setdefault((file.path.rpartition("/")[0], file.size, file.crc), []).append(file)
        for group in groups.values():
            alike = [file for file in group if same(group[0], file)] if len(group) > 1 else []
            if len(alike) > 1:
                yield alike

    def _is_library(self, path: str) -> bool:
        binary = self.binaries.get(path)
        name = path.rpartition("/")[2]
        module = binary is not None and (binary.module or name.endswith(".abi3.so") or ".cpython-" in name)
        return (
            binary is not None and binary.kind is Kind.LIBRARY and not binary.fault and not module and not is_kept(path)
        )

    def _superfluous(self, group: Sequence[File], distribution: Distribution) -> set[str]:
        names = {file.path.rpartition("/")[2]: file.path for file in group}
        wanted = {*self.needed, *distribution.mentions.files, self.binaries[group[0].path].soname}
        kept = names.keys() & wanted
        return {path for name, path in names.items() if name not in kept} if kept else set()
