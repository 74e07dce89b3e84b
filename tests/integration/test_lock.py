"""uv against the package index that this machine is configured for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.errors import BuildError
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.model.misfit import fits
from lambda_ci.model.target import Architecture, Target
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Lock

pytestmark = pytest.mark.network

AL2 = Target("python3.11", Architecture.X86_64)
AL2023 = Target("python3.12", Architecture.X86_64)
ARM = Target("python3.12", Architecture.ARM64)


def _lock(folder: Path, text: str, target: Target = AL2023) -> Lock:
    (folder / "requirements.txt").write_text(text)
    console, _ = quiet()
    return lock(
        folder / "requirements.txt",
        target,
        Resolver(uv=Uv(dict(os.environ)), cache_dir=folder / "cache", console=console),
    )


def _wheels(locked: Lock) -> dict[str, list[str]]:
    assert locked.pylock
    return {package.name: [one.filename for one in package.wheels or ()] for package in locked.pylock.packages}


@pytest.mark.parametrize("target", [AL2023, ARM, AL2], ids=str)
def test_pydantic_gets_wheels_that_run(tmp_path: Path, target: Target) -> None:
    wheels = _wheels(_lock(tmp_path, "pydantic\n", target))
    assert {"pydantic", "pydantic-core"} <= wheels.keys()
    assert all(any(fits(one, target) for one in names) for names in wheels.values())


def test_numpy_backs_off_to_a_version_that_runs_on_amazon_linux_2(tmp_path: Path) -> None:
    (name,) = _wheels(_lock(tmp_path, "numpy\n", AL2))["numpy"]
    assert "manylinux_2_17_x86_64" in name


def test_a_pinned_version_with_a_wheel_between_uvs_platforms_is_found(tmp_path: Path) -> None:
    (name,) = _wheels(_lock(tmp_path, "pandas==3.0.0\n", AL2))["pandas"]
    assert fits(name, AL2)
    assert "manylinux_2_17" not in name


def test_a_pinned_version_without_a_wheel_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"no wheel of docopt 0\.6\.2, numpy 2\.4\.6 runs on python3\.11") as caught:
        _lock(tmp_path, "numpy==2.4.6\ndocopt==0.6.2\n", AL2)
    assert "cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64" in caught.value.why
    assert "(needs glibc 2.27)" in caught.value.why
    assert "docopt 0.6.2: no wheels at all, only a source distribution" in caught.value.why


def test_what_contradicts_itself_is_explained_in_uvs_words(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot be resolved") as caught:
        _lock(tmp_path, "django==5.0\nasgiref<3\n")
    assert "asgiref" in caught.value.why


def test_nested_files_and_constraints_count(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "more.txt").write_text("idna\n-c ../pins.txt\n")
    (tmp_path / "pins.txt").write_text("idna==3.7\nsix==1.16.0\n")
    locked = _lock(tmp_path, "-r deep/more.txt\nsix\n")
    assert locked.pinned
    assert _wheels(locked) == {"idna": ["idna-3.7-py3-none-any.whl"], "six": ["six-1.16.0-py2.py3-none-any.whl"]}


def test_hashes_are_checked(tmp_path: Path) -> None:
    good = "sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"
    assert _lock(tmp_path, f"six==1.16.0 --hash={good}\n").pinned
    with pytest.raises(BuildError, match=r"names no hash of a usable file of six 1\.16\.0"):
        _lock(tmp_path, f"six==1.16.0 --hash={good[:-1]}0\n")
