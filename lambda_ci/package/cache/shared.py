"""Packages that machines give each other through the shared cache, under a key of everything that shapes them.

    PREFIX packages/KEY.json            what is told of a package, also kept in CACHE_DIR/packages
    PREFIX packages/zip/ab/abcd….zip    the package itself, under its own SHA-256

The zip is written first, so that where the document is, the zip is, also after a killed run. A zip is used only if it has the
SHA-256 that the document says, the document only if it is whole; both count as absent otherwise, and the package is made here.
"""

from __future__ import annotations

import errno
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.adapters import ownership
from lambda_ci.adapters.drafts import drafted, write_whole
from lambda_ci.package.cache.entry import dump, load

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.adapters.shared_cache import SharedCache
    from lambda_ci.model.artifact import Package
    from lambda_ci.package.cache.entry import Entry

_LARGEST = 64 << 20


class _Other(Exception):
    """What comes is not what was told."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """``folder`` is CACHE_DIR/packages. Thread-safe; any number of processes may use it."""

    folder: Path
    shared: SharedCache

    def find(self, key: str) -> Entry | None:
        """What is told of the package with this key, by this machine or by the shared cache."""
        with suppress(OSError):
            if known := load((self.folder / f"{key}.json").read_bytes()):
                return known
        name = _document(key)
        document = self.shared.note(name, largest=_LARGEST)
        told = load(document) if document else None
        if document and told is None:
            self.shared.damaged(name)
        return told

    def take(self, key: str, told: Entry, path: Path) -> bool:
        """Have that package at ``path``, whole and checked. False where it cannot be had, or not written."""
        with suppress(OSError):
            if _sha256(path) == told.sha256:
                return True
        try:
            ownership.folder(path.parent)
            self._fetch(told, path)
        except _Other:
            self.shared.damaged(_content(told.sha256))
            return False
        except (OSError, _Absent):
            return False
        self._note(key, told)
        return True

    def give(self, key: str, told: Entry, package: Package) -> None:
        """Let other machines have a package. What cannot be written only costs them another build."""
        if self._note(key, told) and self.shared.keep(_content(told.sha256), package.path):
            self.shared.keep(_document(key), self.folder / f"{key}.json")

    def _fetch(self, told: Entry, path: Path) -> None:
        digest, size = hashlib.sha256(), 0
        with drafted(path) as file:

            def write(chunk: bytes) -> None:
                nonlocal size
                size += len(chunk)
                if size > told.size:
                    raise _Other
                digest.update(chunk)
                if file.write(chunk) != len(chunk):
                    raise OSError(errno.ENOSPC, "no room")

            if not self.shared.read(_content(told.sha256), write):
                raise _Absent
            if (digest.hexdigest(), size) != (told.sha256, told.size):
                raise _Other

    def _note(self, key: str, told: Entry) -> bool:
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / f"{key}.json", dump(told))
            return True
        return False


class _Absent(Exception):
    """There is a document, and no zip."""


def _document(key: str) -> str:
    return f"packages/{key}.json"


def _content(sha256: str) -> str:
    return f"packages/zip/{sha256[:2]}/{sha256}.zip"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
