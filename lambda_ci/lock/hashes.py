"""Hash checking as pip and uv mean it: one hashed requirement, and every file must be one that was named.

``uv pip compile`` does not check the hashes of its input (measured with 0.13.8), so it is done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel, Pylock


def only_hashed(pylock: Pylock, hashes: Mapping[str, frozenset[str]], *, label: str, required: bool = False) -> Pylock:
    """The lock with only the files that the input names by hash; unchanged where the input hashes nothing and hashes are not
    ``required`` either.

    What comes from a path or a repository needs no hash: the former is the project's own, a commit names its content.

    Raises BuildError for packages without a hash and for packages none of whose files was named.
    """
    if not hashes and not required:
        return pylock
    unhashed = [
        str(package.name) for package in pylock.packages if package.name not in hashes and not is_local(package)
    ]
    if unhashed:
        raise BuildError(
            f"{label} has no hashes of {', '.join(unhashed)}",
            why="where one requirement has --hash, or --require-hashes is said, all must have one, those they depend on included",
            fix=f"write it again with `uv pip compile --generate-hashes`, or add the hashes of {', '.join(unhashed)}",
        )
    return _replace_packages(
        pylock, [_checked(package, hashes.get(package.name), label=label) for package in pylock.packages]
    )


def is_local(package: Package) -> bool:
    """Whether a package is on this machine or in a repository, and not a file that somebody serves."""
    return bool(package.vcs or package.directory or (package.archive and package.archive.path))


def _checked(package: Package, allowed: frozenset[str] | None, *, label: str) -> Package:
    if not allowed and is_local(package):
        return package
    allowed = allowed or frozenset()
    wheels = [wheel for wheel in package.wheels or () if _named(wheel, allowed)]
    sdist = package.sdist if package.sdist and _named(package.sdist, allowed) else None
    archive = package.archive if package.archive and _named(package.archive, allowed) else None
    if not (wheels or sdist or archive):
        raise BuildError(_mismatch(package, label), why=_offered(package, allowed), fix=_ADVICE)
    return _replace_files(package, _Files(wheels=wheels or None, sdist=sdist, archive=archive))


_ADVICE = (
    "if you trust the index, write the hashes again (`uv pip compile --generate-hashes`); "
    "a version that changed its hash may have been tampered with"
)


@dataclass(frozen=True, kw_only=True)
class _Files:
    wheels: list[PackageWheel] | None
    sdist: PackageSdist | None
    archive: PackageArchive | None


def _named(file: PackageWheel | PackageSdist | PackageArchive, allowed: frozenset[str]) -> bool:
    return any(f"{algorithm}:{value}".lower() in allowed for algorithm, value in file.hashes.items())


def _mismatch(package: Package, label: str) -> str:
    return f"{label} names no hash of a usable file of {package.name} {package.version or ''}".rstrip()


def _offered(package: Package, allowed: frozenset[str]) -> str:
    files: list[PackageWheel | PackageSdist | PackageArchive] = [*(package.wheels or ())]
    files += [one for one in (package.sdist, package.archive) if one]
    offered = [f"{algorithm}:{value}" for file in files for algorithm, value in file.hashes.items()]
    there = "the file itself has" if package.archive else "the index offers for this runtime"
    return f"named: {_few(sorted(allowed))}; {there}: {_few(offered)}"


def _few(hashes: list[str]) -> str:
    return ", ".join(hashes[:3]) + (", …" if len(hashes) > 3 else "") or "nothing"


def _replace_packages(pylock: Pylock, packages: list[Package]) -> Pylock:
    from dataclasses import replace

    return replace(pylock, packages=packages)


def _replace_files(package: Package, files: _Files) -> Package:
    from dataclasses import replace

    return replace(package, wheels=files.wheels, sdist=files.sdist, archive=files.archive)
