"""What goes into a build, as tar streams that are the same on every machine: times, owners and modes are fixed, names sorted."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import zipfile
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EPOCH = 315532800
"""1980-01-01, the time that zip files can tell first, in seconds."""
DOCKERFILE = ".lambda-ci.Dockerfile"
"""Its name in the build, whatever it is called on disk and wherever it lies there."""
PACKAGE = "package.tar"
_FOLDER, _FILE, _PROGRAM = 0o755, 0o644, 0o755


class Sink(io.RawIOBase):
    """A file that keeps nothing but the digest of what was written."""

    def __init__(self) -> None:
        super().__init__()
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Hex."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(cast("bytes", data))
        self._digest.update(view)
        return view.nbytes


def pack_package(package: Path, out: IO[bytes]) -> None:
    """The content of a package as Lambda would unpack it."""
    with zipfile.ZipFile(package) as source, _tar(out) as archive:
        members = {one.filename.rstrip("/"): one for one in source.infolist()}
        for folder in _folders(members):
            archive.addfile(_entry(folder, tarfile.DIRTYPE, _FOLDER))
        for name, one in sorted(members.items()):
            if not one.is_dir():
                entry = _entry(name, tarfile.REGTYPE, (one.external_attr >> 16) & 0o777 or _FILE)
                entry.size = one.file_size
                with source.open(one) as content:
                    archive.addfile(entry, content)


def pack_files(files: Iterable[tuple[str, bytes | IO[bytes], int]], out: IO[bytes]) -> None:
    """Files by name, with their content and its size in bytes."""
    with _tar(out) as archive:
        for name, content, size in files:
            entry = _entry(name, tarfile.REGTYPE, _FILE)
            entry.size = size
            archive.addfile(entry, io.BytesIO(content) if isinstance(content, bytes) else content)


def pack_context(root: Path, paths: Iterable[str], dockerfile: bytes, out: IO[bytes]) -> None:
    """Some paths below a folder, and the Dockerfile. Of modes only "executable" counts: what Lambda's user cannot read
    would break the function there. Sockets and devices stay out. Raises BuildError for what cannot be read."""
    with _tar(out) as archive:
        for path in paths:
            try:
                _add(archive, root / path, path)
            except OSError as error:
                raise BuildError(
                    f"{path} cannot be put into the build: {error.strerror or error}",
                    fix="make it readable, or leave it out with .dockerignore",
                ) from error
        entry = _entry(DOCKERFILE, tarfile.REGTYPE, _FILE)
        entry.size = len(dockerfile)
        archive.addfile(entry, io.BytesIO(dockerfile))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        entry = _entry(name, tarfile.SYMTYPE, 0o777)
        entry.linkname = str(path.readlink())
        archive.addfile(entry)
    elif stat.S_ISDIR(mode):
        archive.addfile(_entry(name, tarfile.DIRTYPE, _FOLDER))
    elif stat.S_ISREG(mode):
        entry = _entry(name, tarfile.REGTYPE, _PROGRAM if mode & 0o111 else _FILE)
        with path.open("rb") as content:
            entry.size = content.seek(0, io.SEEK_END)
            content.seek(0)
            archive.addfile(entry, content)


def _tar(out: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape")


def _entry(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = kind, mode, EPOCH
    return entry


def _folders(names: Iterable[str]) -> list[str]:
    """Every folder above, the outer ones first."""
    found = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    return sorted(found - {".", "/"})
