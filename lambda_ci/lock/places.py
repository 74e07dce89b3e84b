"""Where a lock says that each distribution comes from, as everybody may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from lambda_ci.adapters.url import public
from lambda_ci.model.inventory import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel

    from lambda_ci.model.artifact import Lock, Wheel


def places(lock: Lock, wheels: Sequence[Wheel]) -> Mapping[str, Place]:
    """By the name of the distribution: the file, folder or commit that its wheel is, or was built from."""
    if lock.pylock is None:
        return {}
    packages: dict[str, list[Package]] = {}
    for package in lock.pylock.packages:
        packages.setdefault(package.name, []).append(package)
    return {wheel.name: _place(wheel, packages.get(wheel.name, []), lock) for wheel in wheels}


def _place(wheel: Wheel, packages: Sequence[Package], lock: Lock) -> Place:
    for package in packages:
        for file in package.wheels or ():
            if file.filename == wheel.filename and wheel.made is None:
                return _of_file(file, lock, filename=file.filename)
    own = [package for package in packages if wheel.version in {"", str(package.version or wheel.version)}]
    return _of_source(own[0], lock) if own else Place()


def _of_source(package: Package, lock: Lock) -> Place:
    if package.sdist:
        return _of_file(package.sdist, lock, filename=package.sdist.filename)
    if package.archive:
        name = unquote(public(package.archive.url or package.archive.path or "")).rpartition("/")[2]
        return _of_file(package.archive, lock, filename=name, direct=True)
    if package.vcs:
        vcs = package.vcs
        return Place(url=_web(vcs.url or ""), commit=vcs.commit_id, path=_path(vcs.path, lock), direct=True)
    return Place(path=_path(package.directory.path if package.directory else None, lock), direct=True)


def _of_file(
    file: PackageWheel | PackageSdist | PackageArchive, lock: Lock, *, filename: str, direct: bool = False
) -> Place:
    return Place(
        filename=filename,
        url=_web(file.url or ""),
        path=_path(file.path, lock),
        digests=tuple(sorted((name.lower(), value.lower()) for name, value in file.hashes.items())),
        direct=direct,
    )


def _web(url: str) -> str:
    """Empty for what is on this machine. git's short form for ssh (``git@host:path``) carries no secret."""
    return "" if url.startswith(("file:", "/", ".")) else public(url)


def _path(path: str | None, lock: Lock) -> str:
    return str(lock.root / path) if path else ""
