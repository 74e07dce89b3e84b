"""Packages that were made before: a note under a key of everything that shapes them.

    CACHE_DIR/packages/KEY.json     the sha256 of the rest on the first line, then the facts of the package

Only what passed every check is noted. What is damaged counts as absent; where nothing can be written, nothing is noted.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lambda_ci.adapters.drafts import write_whole
from lambda_ci.model.artifact import Bytecode, LedgerLine, Package, Saving

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.settings import Function, Layer
    from lambda_ci.package.wheel_pool import WheelPool

_KEPT_FOR = 30 * 86400.0
"""Seconds since a note was written or used."""
_SWEPT_EVERY = 86400.0
_PLAIN = ("sha256", "code_sha256", "size", "unpacked_size", "warnings")
_LINES = {"ledger": LedgerLine, "savings": Saving}
_WRONG = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Remembered:
    """``folder`` is CACHE_DIR/packages; it is made when the first note comes in. Any number of processes may use it."""

    folder: Path

    def find(self, name: str, function: Function | Layer, path: Path, pool: WheelPool) -> Package | None:
        """The package, where it is noted under this key and ``path`` still holds exactly that."""
        note = self._path(name)
        try:
            checksum, _, content = note.read_bytes().partition(b"\n")
            if checksum.decode("ascii", "replace") != hashlib.sha256(content).hexdigest():
                return None
            raw = json.loads(content)
            if _sha256(path) != raw["sha256"]:
                return None
            package = _package(raw, function, path, pool)
        except (OSError, *_WRONG):
            return None
        with suppress(OSError):
            os.utime(note)
        return package

    def keep(self, name: str, package: Package, source: Path) -> None:
        """Note it, unless it was warned of with a place on this machine, which may be another one the next time."""
        if names_a_place(package, source):
            return
        content = json.dumps(_document(package), ensure_ascii=False).encode()
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(name), hashlib.sha256(content).hexdigest().encode() + b"\n" + content)

    def sweep(self) -> None:
        """Remove notes that nobody used for a month; looked at once a day. The time is that of the file system."""
        stamp = self.folder / "swept"
        with suppress(OSError), tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".now") as now:
            newest = os.fstat(now.fileno()).st_mtime
            if stamp.exists() and stamp.stat().st_mtime > newest - _SWEPT_EVERY:
                return
            stamp.touch()
            for path in self.folder.iterdir():
                with suppress(OSError):
                    if path != stamp and path.stat().st_mtime < newest - _KEPT_FOR:
                        path.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def names_a_place(package: Package, source: Path | None) -> bool:
    """Whether a warning is about where the source lies on this machine."""
    return source is not None and any(str(source) in warning for warning in package.warnings)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _document(package: Package) -> dict[str, object]:
    lines = {name: [asdict(one) for one in getattr(package, name)] for name in _LINES}
    members = [[one.path, one.size, one.compressed_size, one.mode, one.distribution] for one in package.members]
    plain = {name: getattr(package, name) for name in _PLAIN}
    return {**plain, **lines, "members": members, "bytecode": asdict(package.bytecode)}


def _package(raw: Any, function: Function | Layer, path: Path, pool: WheelPool) -> Package:  # noqa: ANN401 - JSON
    lines: dict[str, Any] = {name: tuple(line(**row) for row in raw[name]) for name, line in _LINES.items()}
    members = tuple(pool.member((name, size, packed, mode, of)) for name, size, packed, mode, of in raw["members"])
    plain = {name: raw[name] for name in _PLAIN} | {"warnings": tuple(raw["warnings"])}
    bytecode = Bytecode(**raw["bytecode"])
    return Package(function=function.name, path=path, members=members, bytecode=bytecode, **plain, **lines)
