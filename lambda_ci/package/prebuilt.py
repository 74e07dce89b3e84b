"""A package that another job built, perhaps of a fork's code: looked at, never run, before it goes to AWS."""

from __future__ import annotations

import base64
import hashlib
import zipfile
import zlib
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.artifact import LedgerLine, Member, Package
from lambda_ci.model.platform import facts
from lambda_ci.package.paths import fault

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_MOST_FILES = 65_535
_FIX = "build it with `lambda-ci build`, and hand on the folder that it writes"
_BROKEN = (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError, RuntimeError, zlib.error)


def prebuilt(name: str, folder: Path) -> Package:
    """``NAME.zip`` of the folder: a plain file, a zip within Lambda's limits, with paths that stay inside it. Nothing is unpacked.

    Raises PackageError for everything else. Its members are listed as in the zip, without their distributions.
    """
    path = folder / f"{name}.zip"
    if path.is_symlink() or not path.is_file():
        raise PackageError(f"there is no package {path.name} in {folder}", fix=_FIX)
    members = _members(path)
    size = sum(one.size for one in members)
    if size > facts().limits.unzipped:
        raise PackageError(
            f"{path.name} has {size:,} bytes unpacked, more than the {facts().limits.unzipped:,} of Lambda"
        )
    digest = _digest(path)
    compressed = sum(one.compressed_size for one in members)
    line = LedgerLine(distribution="", version="", files=len(members), size=size, compressed_size=compressed)
    return Package(
        function=name,
        path=path,
        sha256=digest.hex(),
        code_sha256=base64.b64encode(digest).decode(),
        size=path.stat().st_size,
        unpacked_size=size,
        members=members,
        ledger=(line,),
    )


def _members(path: Path) -> tuple[Member, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (*_BROKEN, OSError) as error:
        raise PackageError(f"{path.name} is not a readable zip file: {error}", fix=_FIX) from error
    if len(infos) > _MOST_FILES:
        raise PackageError(f"{path.name} has {len(infos):,} files, more than a package may have", fix=_FIX)
    for info in infos:
        if wrong := fault(info.filename.rstrip("/") if info.is_dir() else info.filename):
            raise PackageError(f"{path.name} has a file {info.filename!r}, which {wrong}", fix=_FIX)
    return tuple(
        Member(
            path=info.filename,
            size=info.file_size,
            compressed_size=info.compress_size,
            mode=info.external_attr >> 16,
            distribution="",
        )
        for info in infos
        if not info.is_dir()
    )


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.digest()
