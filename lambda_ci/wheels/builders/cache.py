"""What was built before: a note under a key of everything that went in, and the wheel in the cache of wheels.

CACHE_DIR/wheels/built/KEY.json     the wheel's hash, and how it came to be
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from lambda_ci.adapters.drafts import write_whole
from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Making
from lambda_ci.wheels.choice import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel
    from lambda_ci.wheels.store import WheelStore

_FORMAT = "1"
_CHUNK = 1 << 20
_FILENAME = re.compile(r"[A-Za-z0-9_.!+-]+\.whl")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def key(**parts: object) -> str:
    """Hex. The same for the same parts."""
    return hashlib.sha256(json.dumps([_FORMAT, parts], sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class BuiltStore:
    """``store`` holds the wheels themselves."""

    store: WheelStore

    def find(self, name: str) -> Wheel | None:
        """The wheel that was built under this key, verified; damaged or gone, it counts as never built."""
        note = self.note(name)
        try:
            choice = Choice(
                name=note["name"],
                version=note["version"],
                filename=note["filename"],
                algorithm="sha256",
                digest=note["sha256"],
                size=int(note["size"]),
                url="",
                path=None,
                credentials=None,
            )
        except (KeyError, ValueError):
            return None
        if not _FILENAME.fullmatch(choice.filename) or not _DIGEST.fullmatch(choice.digest):
            return None  # It would lead out of the cache.
        found = self.store.find(choice)
        return replace(found, made=_making(note)) if found else None

    def note(self, name: str) -> Mapping[str, str]:
        """What was noted under a key; empty where nothing was."""
        try:
            content = json.loads(self._read(name))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) and all(isinstance(one, str) for one in content.values()) else {}

    def _read(self, name: str) -> bytes:
        """The note of this machine, else that in the shared cache. Raises OSError where there is none here."""
        path, shared = self._path(name), self.store.shared
        if shared is None or path.exists():
            return path.read_bytes()
        return shared.note(self.store.name(path))

    def keep(self, name: str, path: Path, *, project: str, version: str, how: Mapping[str, str]) -> Wheel:
        """Put a wheel into the cache, and note it under its key. Raises BuildError where the cache cannot be written."""
        wheel = self._stored(path, project=project, version=version)
        facts = {"name": project, "version": version, "filename": wheel.filename, "sha256": wheel.sha256}
        self.write(name, {**how, **facts, "size": str(wheel.size)})
        return replace(wheel, made=_making(how))

    def write(self, name: str, note: Mapping[str, str]) -> None:
        """Atomically; a note that cannot be written only costs another build."""
        path = self._path(name)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(dict(note), indent=1, sort_keys=True).encode())
            if self.store.shared:
                self.store.shared.keep(self.store.name(path), path)

    def _stored(self, path: Path, *, project: str, version: str) -> Wheel:
        digest, size = _measured(path)
        choice = Choice(
            name=project,
            version=version,
            filename=path.name,
            algorithm="sha256",
            digest=digest,
            size=size,
            url="",
            path=path,
            credentials=None,
        )
        with (
            path.open("rb") as file,
            self.store.partial(choice, cancelled=threading.Event(), advance=lambda _done: None) as partial,
        ):
            partial.restart()
            while data := file.read(_CHUNK):
                partial.write(data)
            return self.store.keep(partial)

    def _path(self, name: str) -> Path:
        return self.store.root / "built" / f"{name}.json"


def _making(note: Mapping[str, str]) -> Making:
    return Making(backend=note.get("backend", ""), image=note.get("image", ""), digest=note.get("digest", ""))


def _measured(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size


def copied(source: IO[bytes], path: Path) -> None:
    """Write a stream to a file. Raises BuildError."""
    try:
        with path.open("wb") as file:
            while data := source.read(_CHUNK):
                file.write(data)
    except OSError as error:
        raise BuildError(
            f"cannot write {path}", why=error.strerror or str(error), fix="make room there, or set TMPDIR"
        ) from error
