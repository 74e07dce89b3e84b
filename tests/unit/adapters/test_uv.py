from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import GLIBC_MINORS, Uv
from lambda_ci.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_uv_of_its_own_environment_is_found_without_path() -> None:
    uv = Uv({})
    assert uv.program.is_file()
    assert uv.identity.startswith("uv ")


def test_environment_values_are_not_in_its_repr() -> None:
    assert "secret" not in repr(Uv({"UV_INDEX_URL": "https://joe:secret@host/"}))


def test_every_platform_is_one_that_this_uv_takes(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("")
    uv = Uv({"PATH": os.defpath, "HOME": str(tmp_path), "UV_OFFLINE": "1"})
    for machine in ("x86_64", "aarch64"):
        for minor in GLIBC_MINORS:
            done = uv.compile("r.txt", "--python-platform", f"{machine}-manylinux_2_{minor}", cwd=tmp_path)
            assert done.returncode == 0, done.stderr


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot start"):
        Uv({}).compile("r.txt", cwd=tmp_path / "nowhere")
