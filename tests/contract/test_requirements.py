"""The locked versions: for development, and the same ones, with hashes, for the image."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN_TIME = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["local"]]
each_lock = pytest.mark.parametrize("name", ["dev.txt", "run.txt"])


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {
        canonicalize_name(pinned): version
        for pinned, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    }


def _unmet(requirements: list[str], pins: dict[str, str]) -> list[str]:
    found = [(Requirement(text), text) for text in requirements]
    return [text for wanted, text in found if pins.get(canonicalize_name(wanted.name), "") not in wanted.specifier]


@each_lock
def test_names_and_versions_only_so_that_any_package_index_serves(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"^-", text, re.MULTILINE) == []


@each_lock
def test_everything_the_program_needs_is_locked_as_the_project_wants_it(name: str) -> None:
    assert _unmet(RUN_TIME, _pins(name)) == []


def test_everything_development_needs_is_locked_as_the_project_wants_it() -> None:
    assert _unmet(PROJECT["dependency-groups"]["dev"], _pins("dev.txt")) == []


def test_the_image_runs_with_the_versions_that_are_tested() -> None:
    assert _pins("run.txt").items() <= _pins("dev.txt").items()


def test_every_package_of_the_image_is_checked_by_hash() -> None:
    lines = (ROOT / "requirements/run.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert lines
    assert [line for line in lines if "--hash=sha256:" not in line] == []
