"""The zip files of automatic layers, whose names say what they hold: those that no function uses any more are removed.

    CACHE_DIR/packages/layers/KEY.json      where one was written, and its SHA-256; as old as its last use

A build may be about some functions only, or run beside another one: a file is old when no build used it for a day. Only what
was written by lambda-ci, and is still that, is ever removed.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lambda_ci.adapters.drafts import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambda_ci.model.artifact import Package

_KEPT_FOR = 86400.0
"""Seconds since a build used it, by the clock of the file system."""
_PAPERS = (".cdx.json", ".provenance.json")


@dataclass(frozen=True)
class AutoLayers:
    """``folder`` holds the notes. What cannot be read or written there is no failure: a file stays."""

    folder: Path

    @classmethod
    def of(cls, packages: Path) -> Self:
        """``packages`` is CACHE_DIR/packages."""
        return cls(packages / "layers")

    def use(self, layers: Iterable[Package]) -> None:
        """Note that these are used, and remove those in the same folders that are old."""
        notes = [note for layer in layers if (note := self.note(layer.path, layer.sha256))]
        if notes:
            with suppress(OSError):
                self._sweep(
                    newest=max(note.stat().st_mtime for note in notes), places={_read(note)[0].parent for note in notes}
                )

    def note(self, zipped: Path, sha256: str) -> Path | None:
        """Note that a layer is used; returns the note, ``None`` where it could not be written."""
        path = Path(os.path.abspath(zipped))  # noqa: PTH100 - links stay as they are
        note = self.folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()}.json"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(note, json.dumps({"path": str(path), "sha256": sha256}).encode())
            return note
        return None

    def _sweep(self, *, newest: float, places: set[Path]) -> None:
        for note in list(self.folder.glob("*.json")):
            with suppress(OSError, ValueError, KeyError, TypeError):
                path, sha256 = _read(note)
                if path.parent in places and note.stat().st_mtime < newest - _KEPT_FOR:
                    _remove(path, sha256)
                    note.unlink()


def _read(note: Path) -> tuple[Path, str]:
    raw = json.loads(note.read_bytes())
    return Path(raw["path"]), str(raw["sha256"])


def _remove(path: Path, sha256: str) -> None:
    """Raises OSError where it cannot be read or removed; the note stays then."""
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return
    if same:
        path.unlink()
        for suffix in _PAPERS:
            path.with_suffix(suffix).unlink(missing_ok=True)
