"""Programs for arm64 on this machine: the kernel is told about qemu (binfmt_misc), and told to forget it again."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KERNEL = Path("/proc/sys/fs/binfmt_misc")
_NAME = "lambda-ci-tests-aarch64"
_MAGIC = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
_MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"
_FLAGS = "F"
"""The kernel opens qemu now, so that containers need not have it."""


class CannotRegister(Exception):
    """Why this machine cannot be made to run programs for arm64."""


def foreseen() -> bool:
    """Whether somebody else has set this machine up for arm64, or it is of arm64 itself."""
    entries = list(_KERNEL.glob("*aarch64*"))
    return platform.machine() == "aarch64" or any("enabled" in one.read_text() for one in entries)


@contextmanager
def registered() -> Iterator[None]:
    """Raises CannotRegister."""
    if foreseen():
        yield
        return
    qemu = shutil.which("qemu-aarch64-static")
    if os.geteuid() != 0 or not qemu:
        raise CannotRegister(
            "root and qemu-aarch64-static (qemu-user-static) are needed" if qemu else "no qemu-user-static"
        )
    mounted = _mount()
    try:
        _write("register", f":{_NAME}:M::{_MAGIC}:{_MASK}:{qemu}:{_FLAGS}")
        yield
    finally:
        if (_KERNEL / _NAME).exists():
            _write(_NAME, "-1")
        if mounted:
            subprocess.run(["umount", _KERNEL], check=False)


def _mount() -> bool:
    if (_KERNEL / "register").exists():
        return False
    done = subprocess.run(["mount", "-t", "binfmt_misc", "none", _KERNEL], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotRegister(f"binfmt_misc cannot be mounted: {done.stderr.strip()}")
    return True


def _write(name: str, text: str) -> None:
    try:
        (_KERNEL / name).write_text(text)
    except OSError as error:
        raise CannotRegister(f"the kernel does not take it: {error}") from error
