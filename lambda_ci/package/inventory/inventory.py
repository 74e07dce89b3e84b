"""Which distributions a finished package really holds, and what each says of itself."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.inventory import Component, Inventory, Metadata, Place
from lambda_ci.package.archive import opened
from lambda_ci.package.file import read
from lambda_ci.package.inventory.bundled import documents, libraries
from lambda_ci.package.inventory.metadata import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambda_ci.model.artifact import LedgerLine, Package, Wheel
    from lambda_ci.model.target import Target
    from lambda_ci.package.file import File
    from lambda_ci.package.inventory.notes import Records

_METADATA = re.compile(r"(?:python/(?:lib/python3\.[0-9]+/site-packages/)?)?[^/]+\.dist-info/METADATA")
"""At the root of a package or, in a layer, where Lambda's Python looks."""
_LARGEST = 8 << 20
_NOWHERE = Place()


def inventory(
    package: Package, wheels: Sequence[Wheel], target: Target, *, places: Mapping[str, Place], records: Records
) -> Inventory:
    """The distributions of any package: a function's or a layer's.

    ``wheels`` is what it was made from; what nothing is left of is no component. ``places``: by the name of a distribution.
    Raises PackageError where a wheel or the package cannot be read.
    """
    by_name = {wheel.name: wheel for wheel in wheels}
    found = [
        _component(by_name[line.distribution], package, places, records)
        if line.distribution in by_name
        else _own_library(line)
        for line in package.ledger
        if line.distribution
    ]
    found += _own(package)
    return Inventory(
        package=package, target=target, components=tuple(sorted(found, key=lambda one: (one.name, one.version)))
    )


def _component(wheel: Wheel, package: Package, places: Mapping[str, Place], records: Records) -> Component:
    metadata = said(wheel, records)
    return Component(
        name=wheel.name,
        version=wheel.version or metadata.version,
        filename=wheel.filename,
        sha256=wheel.sha256,
        metadata=_left(metadata, wheel, package),
        origin=places.get(wheel.name, _NOWHERE),
        made=wheel.made,
    )


def _own_library(line: LedgerLine) -> Component:
    """``lambda_ci.dispatch``: a part of the lambda-ci that made the package, from no index, where that name may be somebody else's."""
    summary = "lambda_ci.dispatch, as the lambda-ci that made the package has it"
    origin = Place(path="lambda_ci/dispatch", direct=True)
    return Component(name=line.distribution, version=line.version, metadata=Metadata(summary=summary), origin=origin)


def said(wheel: Wheel, records: Records) -> Metadata:
    """What a wheel says of itself. Raises PackageError where it cannot be read."""
    return records.of(wheel, _read)


def _left(metadata: Metadata, wheel: Wheel, package: Package) -> Metadata:
    """Without the files that did not get into the package, or only changed."""
    if not metadata.libraries and not metadata.documents:
        return metadata
    sizes = {member.path: member.size for member in package.members if member.distribution == wheel.name}
    return replace(
        metadata,
        libraries=tuple(one for one in metadata.libraries if _size(sizes, one.path) == one.size),
        documents=tuple(one for one in metadata.documents if _size(sizes, one.path) is not None),
    )


def _size(sizes: Mapping[str, int], path: str) -> int | None:
    """A layer has the same path below a folder."""
    if path in sizes:
        return sizes[path]
    return next((size for one, size in sizes.items() if one.endswith(f"/{path}")), None)


def _read(wheel: Wheel) -> Metadata:
    with opened(wheel) as archive:
        return said_by(archive.files())


def said_by(files: Sequence[File]) -> Metadata:
    """What the files of a wheel say of it. Raises PackageError where they cannot be read."""
    said = [parse(read(file)) for file in files if _is_metadata(file)]
    metadata = said[0] if said else Metadata()
    return replace(metadata, libraries=libraries(files), documents=documents(files))


def _is_metadata(file: File) -> bool:
    return bool(_METADATA.fullmatch(file.path)) and file.size <= _LARGEST


def _own(package: Package) -> Iterator[Component]:
    """Distributions that lie among the function's own files, as ``pip install --target`` leaves them there."""
    own = (member.path for member in package.members if not member.distribution)
    paths = [path for path in own if path.endswith("METADATA") and _METADATA.fullmatch(path)]
    if not paths:
        return
    from packaging.utils import canonicalize_name

    for path, content in _members(package, paths):
        metadata = parse(content)
        stem, _, version = path.split("/")[-2].removesuffix(".dist-info").rpartition("-")
        name = canonicalize_name(metadata.name or stem or version)
        yield Component(name=name, version=metadata.version or version, metadata=metadata)


def _members(package: Package, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(package.path) as archive:
            for path in paths:
                if archive.getinfo(path).file_size <= _LARGEST:
                    yield path, archive.read(path)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise PackageError(f"{package.path} cannot be read: {error}", fix="Run the build again.") from error
