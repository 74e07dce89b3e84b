"""What is in the package that is deployed, read from the end of its zip file, and the difference that a new one makes.

The zip file itself is not downloaded: its directory tells all that is needed, and a few RECORD files. That is information only, so
whatever goes wrong is said in words and never fails a plan. The address is presigned, which makes it a secret.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambda_ci.deploy.package_diff.difference import (
    New,
    Old,
    distribution_changes,
    file_changes,
    installed,
    normalised,
    record_of,
    total,
)
from lambda_ci.deploy.package_diff.zip_directory import HEADER, Foreign, entries, locate, unpacked
from lambda_ci.model.artifact import Package
from lambda_ci.model.change import CodeDifference, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lambda_ci.adapters.ranges import RemoteFile
    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.package_diff.zip_directory import Entry
    from lambda_ci.deploy.services import Services
    from lambda_ci.model.change import Plan

_TAIL = 1 << 18
"""Bytes read first: most packages' directory, and the whole of a small package."""
_LARGEST_DIRECTORY = 16 << 20
_LARGEST_RECORD = 2 << 20
_MOST_RECORDS = 24


def with_difference(plan: Plan, desired: Desired, current: Current, services: Services) -> Plan:
    """The plan, with what is new in the code against what callers get now. Makes no request where the code is the same."""
    deployed, package = current.released or current.latest, desired.package
    if deployed is None or not isinstance(package, Package) or deployed.code_sha256 == package.code_sha256:
        return plan
    return replace(plan, code=_difference(deployed, package, services))


def _difference(deployed: Live, package: Package, services: Services) -> CodeDifference:
    from lambda_ci.adapters.ranges import RemoteFile, Unreachable

    sizes = CodeDifference(
        version=deployed.version,
        before=Weight(compressed_size=deployed.code_size),
        after=Weight(size=package.unpacked_size, compressed_size=package.size),
    )
    if not deployed.location:
        return replace(sizes, unknown="AWS does not say where the deployed package is")
    try:
        new = _new(package)
        with RemoteFile(deployed.location, environ=services.aws.environ, clock=services.clock) as file:
            old = _Reader(file).old(new)
    except (Unreachable, Foreign, OSError) as error:
        return replace(sizes, unknown=f"the deployed package cannot be looked into: {error}")
    return replace(
        sizes,
        before=total(old.entries, zipped=deployed.code_size),
        distributions=distribution_changes(old, new),
        files=file_changes(old, new),
    )


def _new(package: Package) -> New:
    return New(
        entries=_local(package.path),
        owners={member.path: member.distribution for member in package.members},
        versions={normalised(line.distribution): line.version for line in package.ledger if line.distribution},
    )


def _local(path: Path) -> list[Entry]:
    """The files of a zip file on this machine."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL)
        file.seek(start)
        directory = locate(file.read(), size)
        file.seek(directory.start)
        return entries(file.read(directory.size), directory.count)


@dataclass(frozen=True)
class _Reader:
    file: RemoteFile

    def old(self, new: New) -> Old:
        """Raises Unreachable or Foreign."""
        tail = self.file.last(_TAIL)
        directory = locate(tail.content, tail.total)
        if directory.size > _LARGEST_DIRECTORY:
            raise Foreign(f"its directory has {directory.size} bytes")
        if directory.start >= tail.start:
            content = tail.content[directory.start - tail.start :][: directory.size]
        else:
            content = self.file.part(directory.start, directory.size).content
        found = entries(content, directory.count)
        return Old(entries=found, new=new, records=self._records(found, installed(found).keys() - new.versions.keys()))

    def _records(self, found: list[Entry], gone: Iterable[str]) -> dict[str, frozenset[str]]:
        """What the distributions list that are not in the new package; one that cannot be read lists nothing."""
        wanted = {name: entry for name in sorted(gone) if (entry := record_of(found, name))}
        readable = {name: one for name, one in wanted.items() if one.compressed_size <= _LARGEST_RECORD}
        chosen = dict(list(readable.items())[:_MOST_RECORDS])
        parts = self.file.parts([(one.offset, HEADER + one.compressed_size) for one in chosen.values()])
        records: dict[str, frozenset[str]] = {}
        for (name, entry), part in zip(chosen.items(), parts, strict=True):
            try:
                records[name] = _listed(unpacked(part.content, entry, most=_LARGEST_RECORD))
            except Foreign:
                continue
        return records


def _listed(record: bytes) -> frozenset[str]:
    """The first column of a RECORD."""
    lines = record.decode("utf-8", "replace").splitlines()
    try:
        return frozenset(row[0] for row in csv.reader(lines) if row)
    except csv.Error as error:
        raise Foreign("a RECORD is damaged") from error
