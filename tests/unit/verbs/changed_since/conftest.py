from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes import changed
from tests.fakes.cli import Cli
from tests.fakes.repository import ENVIRON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.repository import Repository


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return changed.shop(tmp_path / "shop")


@pytest.fixture
def cli(shop: Repository, tmp_path: Path) -> Cli:
    return Cli(shop.folder, {**ENVIRON, "LAMBDA_CI_CACHE": str(tmp_path / "cache")})
