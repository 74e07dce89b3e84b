"""Two packages, told apart by the directories of their zip files: by distribution, and the function's own files by path. Pure.

A directory does not say which distribution a file belongs to. Of the new package it is known; of the old one it follows from
``NAME-VERSION.dist-info``, from where the new package has the same path or folder, and for distributions that are gone from
their RECORD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lambda_ci.model.change import DistributionChange, FileChange, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lambda_ci.deploy.package_diff.zip_directory import Entry

OWN = ""
_BYTECODE = re.compile(r"(^|/)__pycache__/[^/]+\.pyc$")
_INFO = re.compile(r"([^/]+)-([^/-]+)\.dist-info/(.+)")


@dataclass(frozen=True, kw_only=True)
class New:
    """The new package: its files, the distribution of each file (by path; none for own files), and the version of every distribution."""

    entries: Sequence[Entry]
    owners: Mapping[str, str]
    versions: Mapping[str, str]

    def owner(self, path: str) -> str:
        return normalised(self.owners.get(path, OWN))


@dataclass(frozen=True, kw_only=True)
class Old:
    """The deployed package. ``records``: the paths that the RECORD of a distribution lists which the new one does not have."""

    entries: Sequence[Entry]
    new: New
    records: Mapping[str, frozenset[str]]

    @cached_property
    def versions(self) -> dict[str, str]:
        """By distribution."""
        return installed(self.entries)

    def owner(self, path: str) -> str:
        if found := _INFO.fullmatch(path):
            return normalised(found[1])
        recorded = next((name for name, paths in self.records.items() if path in paths), None)
        if recorded is not None:
            return recorded
        if path in self.new.owners:
            return self._there(self.new.owner(path))
        return self._there(next((self._folders[folder] for folder in _above(path) if folder in self._folders), OWN))

    def _there(self, name: str) -> str:
        """A distribution that the old package has; a package of another tool may not tell which it has."""
        return name if name in self.versions or not self.versions else OWN

    @cached_property
    def _folders(self) -> dict[str, str]:
        """Whose a folder is, where it is only one distribution's (or only the function's)."""
        owners: dict[str, set[str]] = {}
        known = {entry.path: self.new.owner(entry.path) for entry in self.new.entries}
        known |= {path: name for name, paths in self.records.items() for path in paths}
        for path, owner in known.items():
            for folder in _above(path):
                owners.setdefault(folder, set()).add(owner)
        return {folder: next(iter(who)) for folder, who in owners.items() if len(who) == 1}


def normalised(name: str) -> str:
    """A distribution's name as requirements compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(entries: Iterable[Entry]) -> dict[str, str]:
    """The distributions of a package, with their versions."""
    found = (_INFO.fullmatch(entry.path) for entry in entries)
    return {normalised(match[1]): match[2] for match in found if match}


def record_of(entries: Iterable[Entry], name: str) -> Entry | None:
    """Where a distribution lists its files."""
    for entry in entries:
        match = _INFO.fullmatch(entry.path)
        if match and match[3] == "RECORD" and normalised(match[1]) == name:
            return entry
    return None


def distribution_changes(old: Old, new: New) -> tuple[DistributionChange, ...]:
    """What differs, the largest difference in the zip first; the function's own files are one line without a name."""
    before = _weights((old.owner(entry.path), entry) for entry in old.entries)
    after = _weights((new.owner(entry.path), entry) for entry in new.entries)
    lines = [
        DistributionChange(
            distribution=name,
            version_before=old.versions.get(name, ""),
            version_after=new.versions.get(name, ""),
            before=before.get(name),
            after=after.get(name),
        )
        for name in sorted(before.keys() | after.keys())
    ]
    differing = [one for one in lines if one.before != one.after or one.version_before != one.version_after]
    return tuple(sorted(differing, key=lambda one: -abs(_packed(one.after) - _packed(one.before))))


def file_changes(old: Old, new: New) -> tuple[FileChange, ...]:
    """The function's own files that differ, by path; not their bytecode, which follows from them."""
    before = {entry.path: entry for entry in old.entries if old.owner(entry.path) == OWN}
    after = {entry.path: entry for entry in new.entries if new.owner(entry.path) == OWN}
    return tuple(one for one in _file_changes(before, after) if not _BYTECODE.search(one.path))


def total(entries: Iterable[Entry], *, zipped: int) -> Weight:
    """A whole package: unpacked, and the zip file itself."""
    return Weight(size=sum(entry.size for entry in entries), compressed_size=zipped)


def _file_changes(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[FileChange]:
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield FileChange(path=path, action="removed")
        elif path not in before:
            yield FileChange(path=path, action="added")
        elif (before[path].size, before[path].crc) != (after[path].size, after[path].crc):
            yield FileChange(path=path, action="changed")


def _weights(owned: Iterable[tuple[str, Entry]]) -> dict[str, Weight]:
    weights: dict[str, Weight] = {}
    for name, entry in owned:
        so_far = weights.get(name, Weight())
        weights[name] = Weight(
            size=so_far.size + entry.size, compressed_size=so_far.compressed_size + entry.compressed_size
        )
    return weights


def _packed(weight: Weight | None) -> int:
    return weight.compressed_size if weight else 0


def _above(path: str) -> Iterator[str]:
    """The folders that a file is in, the nearest first."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
