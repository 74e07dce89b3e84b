"""check-jsonschema in this process: to start it takes a hundred times as long as what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from check_jsonschema.cli import main  # type: ignore[import-untyped]
from click.testing import CliRunner

if TYPE_CHECKING:
    from pathlib import Path


def accepted(*arguments: str | Path) -> None:
    """Raises AssertionError with what it finds wrong."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
