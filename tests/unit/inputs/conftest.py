from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.configuration import Configuration

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return Configuration(folder=tmp_path)
