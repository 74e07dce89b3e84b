"""Files that appear whole or not at all, also where a run is killed: what it left is removed by the next one.

A draft is locked as long as somebody writes it. Where the file system knows no locks, drafts of killed runs stay.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from lambda_ci.adapters import ownership

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRAFT = re.compile(r"\..+\.(?:zip|json)\.[0-9a-f]{12}\.part")


@contextmanager
def drafted(path: Path) -> Iterator[BinaryIO]:
    """A new file in the same folder that takes the place of ``path`` when the block ends well. Raises OSError.

    It belongs to whom the folder belongs, is not buffered, and can be read too.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
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


def _begun(draft: Path) -> BinaryIO:
    """Between making a draft and locking it nobody looks for drafts without a lock."""
    with _alone(draft.parent) as alone:
        if alone:
            _sweep(draft.parent)
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


def _sweep(folder: Path) -> None:
    for path in list(folder.iterdir()):
        if _DRAFT.fullmatch(path.name):
            with suppress(OSError), path.open("rb") as draft:
                if _locked(draft.fileno()):
                    path.unlink()


def _locked(handle: int, *, wait: bool = False) -> bool:
    """Until the file is closed, however that comes."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
