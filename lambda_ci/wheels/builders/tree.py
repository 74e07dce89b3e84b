"""A folder as a tar stream that depends on its content only: what is hashed is what is built."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
import tarfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

EPOCH = 315532800
"""1980-01-01 UTC: the first moment that a zip file can express. Every file of a build, and SOURCE_DATE_EPOCH, are of then."""
_LEFT_OUT = (
    ".git", ".hg", ".svn", "__pycache__", "*.pyc", "*.egg-info", ".eggs", ".venv", ".tox", ".nox", "node_modules",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis",
)  # fmt: skip
"""What is not source, at any depth."""
_LEFTOVERS = ("build/lib", "build/lib.*", "build/bdist.*", "build/temp.*")
"""What setuptools leaves in a project and would put into the next wheel, files that were deleted since included."""
_COMPILED = frozenset({
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
    ".c++",
    ".cu",
    ".pyx",
    ".rs",
    ".go",
    ".f",
    ".f90",
    ".for",
    ".s",
    ".asm",
    ".swg",
})
_BUILD_FILES = frozenset({"cargo.toml", "cmakelists.txt", "meson.build", "configure", "configure.ac", "build.zig"})


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A folder of sources. ``whole``: nothing is left out, as in what was published or checked out."""

    folder: Path
    whole: bool = False
    without: Collection[Path] = field(default=())
    """Folders that are never part of it (absolute, resolved), such as the cache."""

    def pack(self, sink: IO[bytes], *, prefix: str = "source") -> None:
        """Write the tar stream; only ``sink.write`` is used. Raises BuildError for what cannot be read."""
        try:
            with tarfile.open(fileobj=sink, mode="w|", format=tarfile.GNU_FORMAT) as archive:
                for name, path in self._walk():
                    _add(archive, path, f"{prefix}/{name}" if name else prefix, root=self._root)
        except OSError as error:
            raise BuildError(
                f"cannot read the sources in {self.folder}",
                why=f"{error.filename or ''} {error.strerror or error}".strip(),
                fix="make them readable; if they change while lambda-ci runs, run it again",
            ) from error

    @property
    def digest(self) -> str:
        """Hex. The same for the same names, contents, executable bits and links."""
        sink = _Hashed()
        self.pack(cast("IO[bytes]", sink))
        return sink.sha256.hexdigest()

    @property
    def looks_pure(self) -> bool:
        """Whether nothing in it needs a compiler. The wheel has the last word."""
        return looks_pure(name for name, _ in self._walk())

    @property
    def _root(self) -> str:
        return os.path.realpath(self.folder)

    def _walk(self) -> Iterator[tuple[str, Path]]:
        """Names with slashes, sorted; the folder itself has an empty one."""
        return self._below(self.folder, "", seen=(self._root,))

    def _below(self, folder: Path, name: str, *, seen: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
        yield name, folder
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        for entry in entries:
            inner, path = f"{name}/{entry.name}".lstrip("/"), Path(entry.path)
            if self._is_left_out(inner, path):
                continue
            if not path.is_dir() or _is_inner_link(path, self._root):
                yield inner, path
            elif (real := os.path.realpath(path)) not in seen:
                yield from self._below(path, inner, seen=(*seen, real))

    def _is_left_out(self, name: str, path: Path) -> bool:
        if self.without and Path(os.path.realpath(path)) in self.without:
            return True
        if self.whole:
            return False
        return (
            any(fnmatch.fnmatchcase(path.name, pattern) for pattern in _LEFT_OUT)
            or any(fnmatch.fnmatchcase(name, pattern) for pattern in _LEFTOVERS)
            or _is_product(name, path)
        )


def looks_pure(names: Iterator[str]) -> bool:
    """By the names of the files: no compiled language, no build system of one."""
    return not any(_needs_compiler(name.lower()) for name in names)


def _needs_compiler(name: str) -> bool:
    return os.path.splitext(name)[1] in _COMPILED or name.rpartition("/")[2] in _BUILD_FILES  # noqa: PTH122 - no file


def _is_product(name: str, path: Path) -> bool:
    """A virtual environment, or the folder that finished packages are written to."""
    if (path / "pyvenv.cfg").is_file():
        return True
    return name == "dist" and path.is_dir() and not (path / "__init__.py").exists()


def _is_inner_link(path: Path, root: str) -> bool:
    if not path.is_symlink() or path.readlink().is_absolute():
        return False
    real = os.path.realpath(path)
    return real == root or real.startswith(root + os.sep)


def _add(archive: tarfile.TarFile, path: Path, name: str, *, root: str) -> None:
    """Links inside the folder stay links; those that leave it become what they point to. Sockets and the like are passed over."""
    member = tarfile.TarInfo(name)
    member.mtime = EPOCH
    if _is_inner_link(path, root):
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, str(path.readlink()), 0o777
        archive.addfile(member)
    elif path.is_dir():
        member.type, member.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(member)
    elif path.is_file():
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            member.size, member.mode = status.st_size, 0o755 if status.st_mode & stat.S_IXUSR else 0o644
            archive.addfile(member, file)


@dataclass
class _Hashed:
    """A file that keeps the hash of what is written, and nothing else."""

    sha256: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return len(data)


def unpack(archive: Path, folder: Path) -> Path:
    """Extract a source archive, which may not leave ``folder``; returns the one folder in it, or ``folder``. Raises BuildError."""
    import zipfile

    folder.mkdir(parents=True, exist_ok=True)
    try:
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as zipped:
                zipped.extractall(folder)
        else:
            with tarfile.open(archive) as tarred:
                extract(tarred, folder, filtering=hasattr(tarfile, "data_filter"))
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
        raise BuildError(
            f"cannot unpack {archive.name}",
            why=str(error),
            fix="is it a source archive? If the disk is full, make room or choose another --cache-dir",
        ) from error
    return _only_folder(folder)


def extract(tarred: tarfile.TarFile, folder: Path, *, filtering: bool) -> None:
    """What ``filter="data"`` takes, for Python 3.11.0 to 3.11.3 (Debian 12) as well, which know no filters. Raises ValueError."""
    if filtering:
        tarred.extractall(folder, filter="data")
        return
    members = tarred.getmembers()
    for member in members:
        places = (member.name, member.linkname) if member.issym() or member.islnk() else (member.name,)
        if not (member.isreg() or member.isdir() or len(places) == 2) or any(map(_leaves, places)):
            raise ValueError(
                f"{member.name!r} is not a plain file or leads elsewhere (Python 3.11.4 tells more exactly)"
            )
        executable = 0o111 if member.mode & 0o100 or member.isdir() else 0
        member.mode = (member.mode | 0o600) & (0o644 | executable)
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
    tarred.extractall(folder, members=members)


def _leaves(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/")


def names(archive: Path) -> list[str]:
    """The files of a source archive, without unpacking it; none where it cannot be read, which unpacking explains."""
    import zipfile

    with suppress(tarfile.TarError, zipfile.BadZipFile, EOFError, OSError):
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as zipped:
                return zipped.namelist()
        with tarfile.open(archive) as tarred:
            return tarred.getnames()
    return []


def _only_folder(folder: Path) -> Path:
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
