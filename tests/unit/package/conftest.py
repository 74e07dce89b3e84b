from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.project import HANDLER, Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty function."""
    return Project(tmp_path)


@pytest.fixture
def orders(project: Project) -> Project:
    """A function with a good handler."""
    project.write("app.py", HANDLER)
    return project
