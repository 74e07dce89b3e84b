"""The cache of wheels: each under its own hash, written beside and renamed, believed only if it was hashed since it was written.

    CACHE_DIR/wheels/sha256/ab/abcd…/demo-1.0-py3-none-any.whl
    CACHE_DIR/wheels/partial/…      being written; what a killed run left there is removed after a day

Any number of processes may use it at once: the last one replaces a file by an equal one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Wheel
from lambda_ci.wheels import verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.wheels.choice import Choice

_DAY = 86400.0


class WrongContent(BuildError):
    """A file is not the one that was locked."""


class Cancelled(Exception):
    """Raised by ``Partial.write`` to end a download that nobody waits for any more."""


@dataclass
class Partial:
    """A wheel being written: hashed on the way, limited to the size that was promised."""

    choice: Choice
    file: BinaryIO
    path: Path
    cancelled: threading.Event
    advance: Callable[[int], None]
    written: int = 0
    _hashes: dict[str, hashlib._Hash] = field(default_factory=dict)

    def restart(self) -> None:
        self.advance(-self.written)
        self.written = 0
        self._hashes = {name: hashlib.new(name) for name in {"sha256", self.choice.algorithm}}
        with _explained(self.path):
            self.file.seek(0)
            self.file.truncate()

    def write(self, data: bytes) -> None:
        """Raises Cancelled, or BuildError when the disk does not take it or there is more than was promised."""
        if self.cancelled.is_set():
            raise Cancelled
        rest = memoryview(data)
        with _explained(self.path):
            while rest:  # A disk that becomes full takes a part, and refuses only what is left.
                rest = rest[self.file.write(rest) :]
        for one in self._hashes.values():
            one.update(data)
        self.written += len(data)
        self.advance(len(data))
        if self.choice.size is not None and self.written > self.choice.size:
            raise _wrong(self.choice, f"it has more than the {self.choice.size} bytes that the lock says")

    def checked(self) -> str:
        """The sha256 of what was written, which is what the lock promised. Raises BuildError."""
        if self.choice.size is not None and self.written != self.choice.size:
            raise _wrong(self.choice, f"it has {self.written} bytes, the lock says {self.choice.size}")
        got = self._hashes[self.choice.algorithm].hexdigest()
        if got != self.choice.digest:
            raise _wrong(self.choice, f"its {self.choice.algorithm} is {got}, the lock says {self.choice.digest}")
        return self._hashes["sha256"].hexdigest()


@dataclass(frozen=True)
class WheelStore:
    """``root`` is CACHE_DIR/wheels; it is made when the first wheel comes in."""

    root: Path
    shared: SharedCache | None = None
    """Where other machines keep theirs."""

    def path(self, choice: Choice) -> Path:
        return self.root / choice.algorithm / choice.digest[:2] / choice.digest / choice.filename

    def find(self, choice: Choice) -> Wheel | None:
        """The wheel, if it is there (or in the shared cache) and its content is what the lock says; a damaged one counts as absent."""
        return self._here(choice) or (self._from_elsewhere(choice, self.shared) if self.shared else None)

    def _from_elsewhere(self, choice: Choice, shared: SharedCache) -> Wheel | None:
        """What another machine has put into the shared cache, checked as if it came from the index."""
        name = self.name(self.path(choice))
        with self.partial(choice, cancelled=threading.Event(), advance=lambda _done: None) as partial:
            partial.restart()
            try:
                return self._place(partial) if shared.read(name, partial.write) else None
            except WrongContent:
                shared.damaged(name)
                return None

    def name(self, path: Path) -> str:
        """What a file of this cache is called in the shared one."""
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def _here(self, choice: Choice) -> Wheel | None:
        path = self.path(choice)
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                if choice.size is not None and found.st_size != choice.size:
                    return None
                sha256 = verified.known(path, found) or _verified(choice, file, path)
        except OSError:
            return None
        return _wheel(choice, path=path, sha256=sha256, size=found.st_size) if sha256 else None

    @contextmanager
    def partial(
        self, choice: Choice, *, cancelled: threading.Event, advance: Callable[[int], None]
    ) -> Iterator[Partial]:
        """A file to write into, gone on any exit unless it was kept."""
        folder = self.root / "partial"
        with _explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        path = Path(name)
        try:
            with os.fdopen(handle, "w+b", buffering=0) as file:
                yield Partial(choice=choice, file=file, path=path, cancelled=cancelled, advance=advance)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def keep(self, partial: Partial) -> Wheel:
        """Check what was written and give it its place, so that it is there as a whole or not at all. Raises BuildError."""
        wheel = self._place(partial)
        if self.shared:
            self.shared.keep(self.name(wheel.path), wheel.path)
        return wheel

    def _place(self, partial: Partial) -> Wheel:
        sha256 = partial.checked()
        path = self.path(partial.choice)
        with _explained(path):
            partial.file.flush()
            os.fchmod(partial.file.fileno(), 0o644)
            os.fsync(partial.file.fileno())
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.path.replace(path)
        return _wheel(partial.choice, path=path, sha256=sha256, size=partial.written)

    def sweep(self) -> None:
        """Remove what killed runs left, judged by the file system's own clock."""
        folder = self.root / "partial"
        with suppress(OSError), tempfile.NamedTemporaryFile(dir=folder, suffix=".now") as now:
            newest = os.fstat(now.fileno()).st_mtime
            for path in folder.iterdir():
                with suppress(OSError):
                    if path.stat().st_mtime < newest - _DAY:
                        path.unlink()


def _wheel(choice: Choice, *, path: Path, sha256: str, size: int) -> Wheel:
    return Wheel(
        name=choice.name, version=choice.version, filename=choice.filename, path=path, sha256=sha256, size=size
    )


def _verified(choice: Choice, file: BufferedReader, path: Path) -> str:
    """Its sha256 where it is what the lock says, else nothing. What is written meanwhile has another status the next time."""
    status = os.fstat(file.fileno())
    found = hashlib.file_digest(file, choice.algorithm).hexdigest()
    if found != choice.digest:
        return ""
    sha256 = found if choice.algorithm == "sha256" else _sha256(file)
    verified.remember(path, status, sha256)
    return sha256


def _sha256(file: BufferedReader) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(choice: Choice, why: str) -> WrongContent:
    return WrongContent(
        f"{choice.filename} from {choice.place} is not the file that was locked",
        why=why,
        fix="try again; if it stays so, the file was replaced or a proxy alters it: lock again only if you trust the source",
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What the cache's file system refuses, said with the path."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise BuildError(
            f"cannot write {path}",
            why=error.strerror or str(error),
            fix="make room there, or choose another --cache-dir"
            if full
            else "make it writable, or choose another --cache-dir",
        ) from error
