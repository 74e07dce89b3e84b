"""One package as another tool's lock names it, and what makes a lock (PEP 751) of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambda_ci.adapters.url import credentials_of
from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.compile import ceiling, options
from lambda_ci.lock.explain import accused, failure
from lambda_ci.lock.hashes import only_hashed
from lambda_ci.lock.pylock import dump_pylock, parse_pylock
from lambda_ci.model.misfit import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.pylock import Package, Pylock

    from lambda_ci.lock.demand import Pin, Source
    from lambda_ci.model.target import Target

_DEFAULTS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")


def index_address(url: str, *, name: str, environ: Mapping[str, str]) -> str:
    """Empty for the public index, ``pypi``, where the environment has a mirror of it: uv's default then."""
    public = name.lower() == "pypi" and credentials_of(url) is None
    return "" if public and any(environ.get(variable) for variable in _DEFAULTS) else url


def find_files(source: Source, target: Target, *, uv: Uv) -> str:
    """The lock: uv tells the addresses of the files, those with other hashes are left out.

    Raises BuildError where a version is gone, or none of its files has a hash that was locked.
    """
    hashes = {pin.name: pin.hashes for pin in source.packages}
    found: list[Package] = [_direct(pin) for pin in source.packages if pin.direct]
    indexes = dict.fromkeys(pin.index for pin in source.packages if not pin.direct)
    for index in indexes:
        pins = [pin for pin in source.packages if pin.index == index and not pin.direct]
        text = _ask(pins, source, target=target, uv=_only(uv, index))
        found += only_hashed(parse_pylock(text, label="uv's lock"), hashes, label=source.path.name).packages
    return dump_pylock(_lock_of(sorted(found, key=lambda package: package.name)))


def _lock_of(packages: Sequence[Package]) -> Pylock:
    from packaging.pylock import Pylock
    from packaging.version import Version

    return Pylock(lock_version=Version("1.0"), created_by="lambda-ci", packages=packages)


def _direct(pin: Pin) -> Package:
    from packaging.pylock import Package, PackageDirectory, PackageVcs
    from packaging.utils import canonicalize_name

    package = Package(name=canonicalize_name(pin.name))
    if isinstance(pin.direct, PackageVcs):
        return replace(package, vcs=pin.direct)
    if isinstance(pin.direct, PackageDirectory):
        return replace(package, directory=pin.direct)
    return replace(package, archive=pin.direct)


def _ask(pins: Sequence[Pin], source: Source, *, target: Target, uv: Uv) -> str:
    """A version that has no wheel for the target is asked for again, as a source distribution."""
    wanted = "".join(f"{pin.name}=={pin.version}\n" for pin in pins)
    to_build = {pin.name for pin in pins if pin.filenames and not any(fits(name, target) for name in pin.filenames)}
    while True:
        flags = [word for name in sorted(to_build) for word in ("--no-binary", name)]
        completed = uv.compile(
            "-", "--no-deps", *options(target, ceiling(target)), *flags, cwd=source.root, input=wanted
        )
        if completed.returncode == 0:
            return completed.stdout
        more = (accused(completed.stderr).keys() & {pin.name for pin in pins}) - to_build
        if not more:
            raise failure(completed, source, target=target, uv=uv)
        to_build |= more


def _only(uv: Uv, index: str) -> Uv:
    """uv with this index and no other one; hidden in the environment, since an address may hold credentials."""
    if not index:
        return uv
    environ: Mapping[str, str] = {name: value for name, value in uv.environ.items() if name not in _DEFAULTS}
    return Uv({**environ, "UV_DEFAULT_INDEX": index})
