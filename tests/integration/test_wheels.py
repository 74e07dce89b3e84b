"""From a requirements file to verified wheels, over the configured package index."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.main import SystemClock
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.network


def test_both_architectures_are_fetched_on_any_machine_and_then_come_from_the_cache(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("pydantic==2.11.7\n")
    console, stream = quiet(SystemClock())
    uv = Uv(dict(os.environ))
    targets = [Target("python3.12", architecture) for architecture in Architecture]
    locks = [
        lock(requirements, target, Resolver(uv=uv, cache_dir=tmp_path / "cache", console=console)) for target in targets
    ]
    first = fetch(locks, Depot.of(tmp_path / "cache", console=console, environ=dict(os.environ)))
    cores = [one.filename for wheels in first for one in wheels if one.name == "pydantic-core"]
    assert ["x86_64" in name for name in cores] == [True, False]
    assert ["aarch64" in name for name in cores] == [False, True]
    for wheel in {one.path: one for wheels in first for one in wheels}.values():
        assert zipfile.is_zipfile(wheel.path)
    fetched = stream.getvalue().count("fetched")
    assert fetch(locks, Depot.of(tmp_path / "cache", console=console)) == first
    assert stream.getvalue().count("fetched") == fetched == 1
