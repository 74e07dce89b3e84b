"""A lock for another checkout: what is on this machine is named as it lies beside the lock, and not by an address of this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageVcs, PackageWheel, Pylock

    _File = TypeVar("_File", PackageWheel, PackageSdist, PackageArchive, PackageVcs)


def portable(pylock: Pylock, folder: Path) -> Pylock:
    """``folder`` is where the lock will be."""
    return replace(pylock, packages=[_package(package, folder) for package in pylock.packages])


def _package(package: Package, folder: Path) -> Package:
    return replace(
        package,
        wheels=package.wheels and [_beside(wheel, folder) for wheel in package.wheels],
        sdist=package.sdist and _beside(package.sdist, folder),
        archive=package.archive and _beside(package.archive, folder),
        vcs=package.vcs and _beside(package.vcs, folder),
        index=None if (package.index or "").startswith("file:") else package.index,
    )


def _beside(file: _File, folder: Path) -> _File:
    if not (file.url or "").startswith("file:"):
        return file
    path = unquote(urlsplit(file.url or "").path)
    return replace(file, url=None, path=os.path.relpath(os.path.realpath(path), os.path.realpath(folder)))
