from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.audited import Audited
from tests.fakes.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    """A function on python3.11 and x86_64."""
    return Audited(Project(tmp_path))
