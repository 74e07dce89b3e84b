"""Files that appear whole or not at all, for any number of processes that write the same one.

A draft is locked as long as somebody writes it; what a killed run left is removed by the next run that writes into the folder.
Where the file system knows no locks, drafts of killed runs stay.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.adapters import ownership

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READABLE = 0o644
"""Caches are shared between users: what is kept there is for everybody who may look into the folder."""
PRIVATE = 0o600
_DRAFT = re.compile(r"\.lambda-ci-[0-9a-f]{12}\.part")
_swept: set[Path] = set()
"""Folders without drafts when this process looked, which is enough once: what is left over is left by earlier ones, and the folders
of a cache have thousands of files."""


@contextmanager
def drafted(path: Path) -> Iterator[BinaryIO]:
    """A new file in the same folder that takes the place of ``path`` when the block ends well. Raises OSError.

    It belongs to whom the folder belongs, is not buffered, and can be read too.
    """
    draft = path.parent / f".lambda-ci-{secrets.token_hex(6)}.part"
    target = _begun(draft)
    try:
        with target:
            ownership.adopt(draft)
            yield target
            draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def write_whole(path: Path, content: bytes, *, mode: int | None = READABLE) -> None:
    """Write a small file. ``mode`` holds whatever the umask is; None leaves it to the umask. The folder must be there. Raises OSError."""
    with drafted(path) as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        rest = memoryview(content)
        while rest:
            rest = rest[file.write(rest) :]


def copy_whole(source: Path, path: Path) -> None:
    """Copy a file to a place in a cache. Its content is on the disk before it has the name. The folder must be there. Raises OSError."""
    with source.open("rb") as content, drafted(path) as file, os.fdopen(os.dup(file.fileno()), "wb") as buffered:
        os.fchmod(file.fileno(), READABLE)
        shutil.copyfileobj(content, buffered, 1 << 20)
        buffered.flush()
        os.fsync(file.fileno())


def _begun(draft: Path) -> BinaryIO:
    """Between making a draft and locking it nobody looks for drafts without a lock."""
    folder = draft.parent
    with _alone(folder) as alone:
        if alone and folder not in _swept and _sweep(folder):
            _swept.add(folder)
        target = draft.open("x+b", buffering=0)
        _locked(target.fileno())
        return target


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield _locked(handle, wait=True)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> bool:
    """Whether no draft is left: one that somebody is writing may be left later."""
    with os.scandir(folder) as entries:
        drafts = [entry.path for entry in entries if _DRAFT.fullmatch(entry.name)]
    for path in drafts:
        with suppress(OSError), open(path, "rb") as draft:  # noqa: PTH123 - a cache has many files
            if _locked(draft.fileno()):
                os.unlink(path)  # noqa: PTH108
    return not any(map(os.path.exists, drafts))


def _locked(handle: int, *, wait: bool = False) -> bool:
    """Until the file is closed, however that comes."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
