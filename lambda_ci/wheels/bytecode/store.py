"""The cache of bytecode: zip files beside the wheels that they were made from, and by content for other sources.

    CACHE_DIR/wheels/sha256/ab/abcd…/bytecode-KEY-SHA256.zip     of a wheel
    CACHE_DIR/wheels/bytecode/ab/bytecode-KEY-SHA256.zip         of other sources; KEY begins with ab

KEY names the interpreter and the program that compiled (and the sources, where no wheel does), SHA256 the file itself, which is
believed only after hashing it again. Any number of processes may use it at once.

In a cache that machines share a file has the same name, and beside it lies ``bytecode-KEY.sha256``, which tells the name.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters.drafts import copy_whole
from lambda_ci.adapters.scratch import scratch
from lambda_ci.model.artifact import Overlay

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.model.artifact import Wheel

_NAME = re.compile(r"bytecode-([0-9a-f]{32})-([0-9a-f]{64})\.zip")
_KEPT_FOR = 30 * 86400.0
"""Seconds since it was used."""


def key(*parts: str) -> str:
    """Hex. The same for the same parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where bytecode belongs in the cache."""

    folder: Path
    key: str


@dataclass(frozen=True)
class BytecodeStore:
    """``root`` is CACHE_DIR/wheels."""

    root: Path
    shared: SharedCache | None = None
    """Where other machines keep theirs."""

    def beside(self, wheel: Wheel, name: str) -> Place:
        """The place of a wheel's bytecode."""
        return Place(folder=wheel.path.parent, key=name)

    def by_content(self, name: str) -> Place:
        """The place of the bytecode of other sources."""
        return Place(folder=self.root / "bytecode" / name[:2], key=name)

    def find(self, place: Place) -> Overlay | None:
        """The bytecode, where it is there and undamaged."""
        for path in _named(place.folder, f"bytecode-{place.key}-"):
            if found := _verified(path):
                with suppress(OSError):
                    os.utime(path)
                return found
        return self._from_elsewhere(place, self.shared) if self.shared else None

    def keep(self, place: Place, path: Path) -> Overlay:
        """Move a file to its place, so that it is there as a whole or not at all; where the cache cannot be written it stays."""
        digest, size = _sha256(path)
        target = place.folder / f"bytecode-{place.key}-{digest}.zip"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_whole(path, target)
        except OSError:
            target = path
        else:
            _sweep(target)
            self._give(place, target, digest)
        return Overlay(path=target, sha256=digest, size=size)

    def _give(self, place: Place, path: Path, digest: str) -> None:
        if self.shared and self.shared.keep(self._name(path), path):
            self.shared.keep_note(self._name(place.folder / f"bytecode-{place.key}.sha256"), digest.encode())

    def _from_elsewhere(self, place: Place, shared: SharedCache) -> Overlay | None:
        digest = shared.note(self._name(place.folder / f"bytecode-{place.key}.sha256")).decode("ascii", "replace")
        target = place.folder / f"bytecode-{place.key}-{digest}.zip"
        if not _NAME.fullmatch(target.name):
            return None
        with suppress(OSError), scratch() as folder:
            draft = folder / "bytecode.zip"
            with draft.open("wb") as file:
                found = shared.read(self._name(target), file.write)
            if found and _sha256(draft)[0] == digest:
                target.parent.mkdir(parents=True, exist_ok=True)
                copy_whole(draft, target)
                return _verified(target)
            if found:
                shared.damaged(self._name(target))
        return None

    def _name(self, path: Path) -> str:
        """In the shared cache."""
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"


def _named(folder: Path, beginning: str = "bytecode-") -> list[Path]:
    """Sorted. There may be many: paths are made of those only whose names fit."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - as it says
    except OSError:
        return []
    return [folder / name for name in sorted(names) if name.startswith(beginning) and _NAME.fullmatch(name)]


def _verified(path: Path) -> Overlay | None:
    name = _NAME.fullmatch(path.name)
    try:
        digest, size = _sha256(path)
    except OSError:
        return None
    return Overlay(path=path, sha256=digest, size=size) if name and digest == name[2] else None


def _sha256(path: Path) -> tuple[str, int]:
    """And the size in bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size


def _sweep(newest: Path) -> None:
    """Remove what no run has used for a month, judged by the file system's own clock."""
    with suppress(OSError):
        now = newest.stat().st_mtime
        for path in _named(newest.parent):
            with suppress(OSError):
                if path.stat().st_mtime < now - _KEPT_FOR:
                    path.unlink()
