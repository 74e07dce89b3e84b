from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.project import HANDLER
from tests.fakes.slimmed import Slimmed

if TYPE_CHECKING:
    from tests.fakes.project import Project


@pytest.fixture
def slimmed(project: Project) -> Slimmed:
    """A function with a good handler, and no wheels yet."""
    project.write("app.py", HANDLER)
    return Slimmed(project)
