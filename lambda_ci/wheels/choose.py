"""Which file of each locked package runs on the target. The machine that builds has no say."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.model.misfit import Misfit, accepted, fits
from lambda_ci.wheels.choice import Choice, Unbuilt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel

    from lambda_ci.model.artifact import Lock

_STRONG = ("sha256", "sha512", "sha384", "sha3_512", "sha3_384", "sha3_256", "blake2b", "blake2s")
"""Best first. md5 and sha1 are left out: a file can be made to match them."""


def choose(lock: Lock) -> tuple[Choice, ...]:
    """One wheel per package that applies to the target, in the lock's order.

    Raises BuildError naming every package that has no fitting wheel, and for a lock that is not for this target,
    is ambiguous, or gives no usable hash.
    """
    return tuple(one for one in _chosen(lock, building=False) if isinstance(one, Choice))


def choose_or_build(lock: Lock) -> tuple[Choice | Unbuilt, ...]:
    """The same, with a source for each package that has no fitting wheel."""
    return _chosen(lock, building=True)


def _chosen(lock: Lock, *, building: bool) -> tuple[Choice | Unbuilt, ...]:
    if lock.pylock is None:
        return ()
    from packaging.pylock import PylockSelectError

    try:
        selected = list(lock.pylock.select(environment=lock.target.marker_environment, tags=lock.target.tags))
    except PylockSelectError as error:
        raise _unfitting(lock, building=building) or _refused(lock, str(error)) from error
    if misfits := _unfitting(lock, building=building):
        raise misfits
    return tuple(_taken(package, file, lock=lock) for package, file in selected)


def _refused(lock: Lock, why: str) -> BuildError:
    return BuildError(f"{lock.origin} cannot be used for {lock.target}", why=why, fix="lock again for this runtime")


def _unfitting(lock: Lock, *, building: bool) -> BuildError | None:
    packages = [package for package in _applicable(lock) if not (building and _has_source(package))]
    misfits = [found for package in packages if (found := _misfit(package, lock))]
    if not misfits:
        return None
    names = ", ".join(f"{one.name} {one.version}".strip() for one in misfits)
    lines = [*(one.line(lock.target) for one in misfits), accepted(lock.target)]
    return BuildError(
        f"{lock.origin}: no wheel of {names} runs on {lock.target}",
        why="\n".join(lines),
        fix="pin a version that has a fitting wheel, choose another runtime or architecture, or "
        + (
            "build a wheel yourself and name it (path or URL) instead"
            if building
            else "have lambda-ci build it from source (build.backend: auto)"
        ),
    )


def _applicable(lock: Lock) -> Iterator[Package]:
    """The packages whose marker holds, with the lock's default groups and no extras, as ``Pylock.select`` takes them."""
    assert lock.pylock is not None
    groups = frozenset(lock.pylock.default_groups or ())
    environment: Mapping[str, str | frozenset[str]] = {
        **{key: str(value) for key, value in lock.target.marker_environment.items()},
        "extras": frozenset(),
        "dependency_groups": groups,
    }
    for package in lock.pylock.packages:
        if package.marker is None or package.marker.evaluate(environment, context="lock_file"):
            yield package


def _misfit(package: Package, lock: Lock) -> Misfit | None:
    wheels = tuple(wheel.filename for wheel in package.wheels or ())
    if package.archive and (filename := _archived_wheel(package.archive)):
        wheels = (filename,)
    if any(fits(wheel, lock.target) for wheel in wheels):
        return None
    return Misfit(name=package.name, version=str(package.version or ""), wheels=wheels, source=_source(package))


def _source(package: Package) -> str:
    if package.vcs:
        return f"a {package.vcs.type} repository"
    if package.directory:
        return f"a folder ({package.directory.path})"
    return "a source archive" if package.archive else "a source distribution"


def _archived_wheel(archive: PackageArchive) -> str:
    """A wheel named by its address or path stands in a lock as an archive."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    filename = _last(archive.path or archive.url or "")
    try:
        parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return ""
    return filename


def _has_source(package: Package) -> bool:
    return bool(
        package.sdist
        or package.directory
        or (package.archive and not _archived_wheel(package.archive))
        or (package.vcs and package.vcs.type == "git")
    )


def _taken(package: Package, file: object, *, lock: Lock) -> Choice | Unbuilt:
    from packaging.pylock import PackageArchive, PackageSdist, PackageWheel

    if isinstance(file, PackageWheel) or (isinstance(file, PackageArchive) and _archived_wheel(file)):
        return _choice(package, file, lock=lock)
    version = str(package.version or "")
    if isinstance(file, PackageSdist):
        return Unbuilt(name=package.name, version=version, file=_choice(package, file, lock=lock))
    if isinstance(file, PackageArchive):
        archive = _choice(package, file, lock=lock)
        return Unbuilt(name=package.name, version=version, file=archive, subdirectory=file.subdirectory or "")
    return _in_place(package, version, lock=lock)


def _in_place(package: Package, version: str, *, lock: Lock) -> Unbuilt:
    """A folder or a commit: what it holds is its identity, it needs no hash."""
    if package.directory:
        folder = lock.root / package.directory.path
        inner = package.directory.subdirectory or ""
        return Unbuilt(name=package.name, version=version, folder=folder, subdirectory=inner)
    assert package.vcs, "everything else has been refused as a misfit"
    repository = package.vcs.url or str(lock.root / (package.vcs.path or ""))
    inner = package.vcs.subdirectory or ""
    return Unbuilt(
        name=package.name, version=version, repository=repository, commit=package.vcs.commit_id, subdirectory=inner
    )


def _choice(package: Package, file: PackageWheel | PackageArchive | PackageSdist, *, lock: Lock) -> Choice:
    from packaging.pylock import PackageArchive

    from lambda_ci.adapters.url import origin_of

    filename = _last(file.path or file.url or "") if isinstance(file, PackageArchive) else file.filename
    _check_filename(filename, lock)
    algorithm, digest = _hash(file.hashes, filename=filename, lock=lock)
    url = file.url or ""
    return Choice(
        name=package.name,
        version=str(package.version or _version(filename)),
        filename=filename,
        algorithm=algorithm,
        digest=digest,
        size=file.size,
        url=url,
        path=lock.root / file.path if file.path else None,
        credentials=lock.credentials.get(origin_of(url)) if url else None,
    )


def _version(filename: str) -> str:
    """Empty for a source archive, whose name may say anything."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return str(parse_wheel_filename(filename)[1])
    except InvalidWheelFilename:
        return ""


def _check_filename(filename: str, lock: Lock) -> None:
    if re.search(r"[/\\\x00-\x1f]", filename):
        raise BuildError(f"{lock.origin} has a wheel with the file name {filename!r}", fix="write the lock again")


def _hash(hashes: Mapping[str, str], *, filename: str, lock: Lock) -> tuple[str, str]:
    known = {name.lower().replace("-", "_"): value.lower() for name, value in hashes.items()}
    for algorithm in _STRONG:
        if (value := known.get(algorithm)) is not None:
            if not re.fullmatch(rf"[0-9a-f]{{{hashlib.new(algorithm).digest_size * 2}}}", value):
                raise BuildError(
                    f"{lock.origin}: the {algorithm} of {filename} is not one: {value!r:.80}", fix="lock again"
                )
            return algorithm, value
    raise BuildError(
        f"{lock.origin} gives no hash of {filename} that can be relied on",
        why=f"it gives {', '.join(hashes) or 'none'}; what is fetched could not be checked",
        fix="lock again with sha256 hashes",
    )


def _last(place: str) -> str:
    from urllib.parse import unquote, urlsplit

    path = unquote(urlsplit(place).path) if "://" in place else place.replace("\\", "/")
    return path.rsplit("/", 1)[-1]
