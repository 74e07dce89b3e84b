from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from lambda_ci.lock.project import read_project
from lambda_ci.model.target import Architecture, Target

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target("python3.12", Architecture.X86_64)


def _write(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def test_dependencies_and_their_pins_are_read(tmp_path: Path) -> None:
    path = _write(tmp_path, '[project]\nname = "a"\ndependencies = ["six==1.17.0", "idna"]\n')
    assert read_project(path, target=TARGET).pins == {"six"}


def test_a_project_without_dependencies_has_none(tmp_path: Path) -> None:
    assert read_project(_write(tmp_path, '[project]\nname = "a"\n'), target=TARGET).demands == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project", "not valid TOML"),
        ("\x00", "not valid TOML"),
        ("a = " + "[" * 5000, "not valid TOML"),
        ("[tool.black]\n", "declares no project"),
        ("project = 1\n", "declares no project"),
        ('[project]\nname = "a"\nrequires-python = ">=3.13"\n', "does not allow python3.12"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BuildError, match=words):
        read_project(_write(tmp_path, text), target=TARGET)


def test_a_patch_release_that_lambda_may_have_is_no_obstacle(tmp_path: Path) -> None:
    read_project(_write(tmp_path, '[project]\nname = "a"\nrequires-python = ">=3.12.4,<4"\n'), target=TARGET)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="cannot read"):
        read_project(tmp_path / "pyproject.toml", target=TARGET)
