"""Whose files are: in a container lambda-ci is root, and the workspace belongs to somebody else."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def folder(path: Path) -> None:
    """Make a folder, and those above it that are missing. Each belongs to the owner of the folder that it is in."""
    if path.is_dir():
        return
    folder(path.parent)
    path.mkdir(exist_ok=True)
    adopt(path)


def adopt(path: Path) -> None:
    """Give what root made to the owner of the folder that it is in, who could not change or remove it otherwise."""
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        with suppress(PermissionError):
            os.chown(path, owner.st_uid, owner.st_gid)


def give_back(root: Path) -> None:
    """Give everything in a folder that root made there to the folder's owner. Nothing where root owns the folder, or who runs is not root."""
    try:
        owner = root.stat()
    except OSError:
        return
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for place, folders, files in os.walk(root):
        for name in (*folders, *files):
            with suppress(OSError):
                path = os.path.join(place, name)  # noqa: PTH118 - a cache has many thousands
                if os.lstat(path).st_uid == 0:
                    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
