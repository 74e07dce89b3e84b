"""Whether compiling is worth its time: told from the directories of wheels."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.artifact import Wheel
from lambda_ci.wheels.bytecode.room import too_large

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20


def wheel(folder: Path, *, sources: int, rest: int, packed: int = 31 * MIB) -> Wheel:
    """A wheel of ``packed`` bytes and more, with so many MiB of Python and of other files."""
    path = folder / "big-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo("big/data"), os.urandom(packed))
        archive.writestr("big/rest", bytes(rest * MIB - packed))
        archive.writestr("big/module.py", b" " * (sources * MIB))
    return Wheel(name="big", version="1.0", filename=path.name, path=path, sha256="", size=path.stat().st_size)


@pytest.mark.parametrize(
    ("sources", "rest", "fits"), [(20, 200, True), (20, 240, False), (1, 251, False), (60, 100, True)]
)
def test_wheels_without_room_for_their_bytecode_are_told(tmp_path: Path, sources: int, rest: int, fits: bool) -> None:
    why = too_large([wheel(tmp_path, sources=sources, rest=rest)])
    assert (why == "") == fits
    assert fits or f"{sources + rest} MiB unzipped without it, and Lambda takes 250 MiB" in why


def test_small_wheels_are_not_even_opened(tmp_path: Path) -> None:
    missing = tmp_path / "small-1.0-py3-none-any.whl"
    assert not too_large([Wheel(name="s", version="1", filename=missing.name, path=missing, sha256="", size=100)])


def test_what_cannot_be_read_is_for_others_to_say(tmp_path: Path) -> None:
    path = tmp_path / "bad-1.0-py3-none-any.whl"
    path.write_bytes(b"no zip")
    assert not too_large([Wheel(name="b", version="1", filename=path.name, path=path, sha256="", size=10**9)])
