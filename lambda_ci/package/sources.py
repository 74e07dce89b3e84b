"""The function's own files: what is in ``source`` and not ignored, found without reading any of it.

A symbolic link is followed while its target stays inside ``source`` (so that the package does not depend on the machine);
links out of it, broken ones and loops are errors, as are sockets, pipes and devices.
"""

from __future__ import annotations

import glob
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from lambda_ci.errors import PackageError
from lambda_ci.model.platform import facts
from lambda_ci.package.file import CHUNK, STORED, File, normalised
from lambda_ci.package.ignore import rules
from lambda_ci.package.paths import fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from lambda_ci.model.settings import Function, Layer

MOST_FILES = 0xFFFF
"""Entries that a zip file without zip64 extensions can have."""

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


def own_files(part: Function | Layer, *, keep_out: Sequence[Path], most: int = MOST_FILES) -> list[File]:
    """The own files of a function or a layer, ``most`` of them with their folders. ``keep_out``: folders and files that are never part of it.

    Raises ``PackageError`` for everything in ``source`` that cannot be packaged as it is.
    """
    source = part.source
    if source is None:
        return []
    try:
        if not source.is_dir():
            return [_only_file(source)]
        closed = frozenset(os.path.realpath(path) for path in keep_out)
        root = os.path.realpath(source)
        if root in closed:
            _refuse_root(source)
        ignored = rules(source, part.spec.exclude, also=_dependency_files(part.requirements, source))
        return list(_Walk(root=root, ignored=ignored, closed=closed, most=most).files())
    except OSError as error:
        raise PackageError(
            f"{error.filename or source} cannot be read: {error.strerror}",
            fix="Make it readable, or leave it out with .lambdaignore or `exclude`.",
        ) from error


def _refuse_root(source: Path) -> NoReturn:
    raise PackageError(
        f"{source} is the function's source and the output folder at once",
        why="Each package would contain those built before it.",
        fix="Choose another folder with --output-dir.",
    )


def _only_file(source: Path) -> File:
    found = source.stat()
    if reason := _unsuitable(found) or fault(source.name):
        raise _odd(str(source), reason)
    return _file(source.name, found, Folder(str(source.parent)))


def _dependency_files(requirements: Path | None, source: Path) -> list[str]:
    """The dependency file with the locks that were written for it; a script with metadata is code, and only its lock is none."""
    if requirements is None or not requirements.is_relative_to(source):
        return []
    if requirements.suffix == ".py":
        own = [requirements.with_name(f"{requirements.name}.lock")]
    else:
        own = [requirements, *sorted(requirements.parent.glob(f"pylock.{glob.escape(requirements.stem)}-*.toml"))]
    return [path.relative_to(source).as_posix() for path in own]


@dataclass(frozen=True, kw_only=True)
class _Walk:
    root: str
    ignored: GitIgnoreSpec
    closed: frozenset[str]
    most: int

    def files(self) -> Iterator[File]:
        """Depth first. ``trail`` holds the real paths of the folders above, against loops."""
        folder = Folder(self.root)
        waiting: list[tuple[str, tuple[str, ...]]] = [("", (self.root,))]
        seen = 0
        while waiting:
            prefix, trail = waiting.pop()
            for entry in self._entries(trail[-1]):
                path = prefix + entry.name
                if self._left_out(entry, path):
                    continue
                seen += 1
                if seen > self.most:
                    raise _too_many(self.root, self.most)
                real = self._real(entry, path)
                if real in self.closed:
                    continue
                found = entry.stat()
                if not stat.S_ISDIR(found.st_mode):
                    yield self._checked(path, found, folder)
                else:
                    waiting.append((path + "/", (*trail, self._not_above(real, trail, path))))

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)

    def _left_out(self, entry: os.DirEntry[str], path: str) -> bool:
        return bool(self.ignored.match_file(path + "/" if _is_folder(entry) else path))

    def _real(self, entry: os.DirEntry[str], path: str) -> str:
        if not entry.is_symlink():
            return entry.path
        link = f"is a symbolic link to {str(Path(entry.path).readlink())!r}, which"
        try:
            real = os.path.realpath(entry.path, strict=True)
        except OSError as error:
            raise _odd(path, f"{link} leads nowhere", folder=self.root) from error
        if os.path.commonpath([self.root, real]) != self.root:
            raise _odd(path, f"{link} is outside the source folder", folder=self.root)
        return real

    def _not_above(self, real: str, trail: tuple[str, ...], path: str) -> str:
        if real in trail:
            raise _odd(path, f"is a symbolic link to a folder that contains it ({real!r})", folder=self.root)
        return real

    def _checked(self, path: str, found: os.stat_result, folder: Folder) -> File:
        if reason := _unsuitable(found) or fault(path):
            raise _odd(path, reason, folder=self.root)
        return _file(path, found, folder)


def _file(path: str, found: os.stat_result, source: Folder) -> File:
    return File(
        path=path,
        size=found.st_size,
        compressed_size=found.st_size,
        method=STORED,
        mode=normalised(found.st_mode),
        crc=None,
        offset=0,
        source=source,
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link that leads to itself.
        return False


def _unsuitable(found: os.stat_result) -> str:
    for is_kind, name in _KINDS:
        if is_kind(found.st_mode):
            return f"is {name}"
    limit = facts().limits.unzipped
    return f"has {found.st_size:,} bytes, more than Lambda takes in all ({limit:,})" if found.st_size > limit else ""


def _odd(path: str, reason: str, *, folder: str = "") -> PackageError:
    where = os.path.join(folder, path)  # noqa: PTH118 - kept as it is spelled
    return PackageError(
        f"{where!r} {reason}",
        why="A package holds regular files with plain names.",
        fix="Remove or rename it, or leave it out with .lambdaignore or `exclude`.",
    )


def _too_many(root: str, most: int) -> PackageError:
    return PackageError(
        f"{root} has more than {most:,} folders and files",
        why="A zip file for Lambda cannot hold more.",
        fix="Leave out what the function does not need with .lambdaignore or `exclude`.",
    )


def dispatch_library() -> list[File]:
    """The library ``lambda_ci.dispatch`` as this program has it, so that functions can import it."""
    import lambda_ci

    package = Path(lambda_ci.__file__).parent
    folder = Folder(str(package.parent), distribution="lambda-ci", version=lambda_ci.__version__)
    modules = sorted((package / "dispatch").glob("*.py"))
    return [_file(module.relative_to(package.parent).as_posix(), module.stat(), folder) for module in modules]


class Folder:
    """The ``Source`` of files in a folder: the function's own, and the dispatch library. They are stored, not compressed: zlib's builds differ in their output,
    and only stored bytes are the same on every machine."""

    def __init__(self, root: str, *, distribution: str = "", version: str = "") -> None:
        self._root = root
        self.distribution = distribution
        self.version = version

    def label(self, file: File) -> str:
        return os.path.join(self._root, file.path)  # noqa: PTH118 - kept as it is spelled

    def packed(self, file: File) -> tuple[int, Iterable[bytes]]:
        """What has been read before must not change in between; a large file is read twice where its CRC-32 is not known."""
        if file.crc is not None:
            return file.crc, self._again(file, file.crc)
        if file.size <= CHUNK:
            data = b"".join(self.content(file))
            return zlib.crc32(data), (data,)
        crc = 0
        for chunk in self.content(file):
            crc = zlib.crc32(chunk, crc)
        return crc, self._again(file, crc)

    def content(self, file: File) -> Iterator[bytes]:
        try:
            # A pipe in the place of the file would block an ordinary open for ever.
            descriptor = os.open(self.label(file), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb", buffering=0) as handle:
                yield from self._read(handle.fileno(), file)
        except OSError as error:
            raise PackageError(
                f"{self.label(file)} cannot be read: {error.strerror}",
                fix="Make it readable, or leave it out with .lambdaignore or `exclude`.",
            ) from error

    def _read(self, descriptor: int, file: File) -> Iterator[bytes]:
        before = os.fstat(descriptor)
        done = 0
        while chunk := os.read(descriptor, CHUNK) if stat.S_ISREG(before.st_mode) else b"":
            done += len(chunk)
            if done > file.size:
                break
            yield chunk
        if done != file.size or os.fstat(descriptor).st_mtime_ns != before.st_mtime_ns:
            raise self._changed(file)

    def _again(self, file: File, expected: int) -> Iterator[bytes]:
        crc = 0
        for chunk in self.content(file):
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if crc != expected:
            raise self._changed(file)

    def _changed(self, file: File) -> PackageError:
        return PackageError(
            f"{self.label(file)} changed while it was being packaged",
            why="The package would hold neither the old nor the new content.",
            fix="Run the build again when nothing writes to the source folder.",
        )
