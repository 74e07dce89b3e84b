"""The listing of a wheel that is kept beside it: the same files without looking through the zip, and never others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.archive import opened
from tests.fakes import wheels

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.model.artifact import Wheel

FILES = {"demo/__init__.py": b"ONE = 1\n" * 99, "demo/größe.txt": b"x", "demo/empty": b""}


@pytest.fixture
def wheel(tmp_path: Path) -> Wheel:
    """Where the cache of wheels has it."""
    made = wheels.wheel(tmp_path, "demo", FILES)
    path = tmp_path / "sha256" / made.sha256[:2] / made.sha256 / made.filename
    path.parent.mkdir(parents=True)
    made.path.rename(path)
    return replace(made, path=path)


def _listed(wheel: Wheel) -> list[tuple[object, ...]]:
    with opened(wheel) as archive:
        return [
            (one.path, one.size, one.compressed_size, one.method, one.mode, one.crc, b"".join(one.source.content(one)))
            for one in archive.files()
        ]


def _note(wheel: Wheel) -> Path:
    return wheel.path.parent / "files-1.json"


def test_the_second_listing_is_the_first_without_a_look_at_the_directory_of_the_zip(wheel: Wheel) -> None:
    first = _listed(wheel)
    assert {path: content for path, *_, content in first}.items() >= FILES.items()
    content = wheel.path.read_bytes()
    wheel.path.write_bytes(content[: content.index(b"PK\1\2")])
    assert _listed(wheel) == first


@pytest.mark.parametrize(
    "change",
    [
        {"format": 0},
        {"sha256": "0" * 64},
        {"paths": "demo/other.py"},
        {"numbers": ""},
        {"numbers": "AAAA"},
        {"numbers": None},
        {"checksum": "0" * 64},
        {"checksum": None},
    ],
)
def test_what_is_not_a_whole_note_of_this_wheel_counts_as_absent(wheel: Wheel, change: dict[str, object]) -> None:
    first = _listed(wheel)
    whole = _note(wheel).read_bytes()
    _note(wheel).write_text(json.dumps(json.loads(whole) | change))
    assert _listed(wheel) == first
    assert _note(wheel).read_bytes() == whole


def test_a_wheel_that_is_refused_leaves_no_note(wheel: Wheel) -> None:
    wheel.path.write_bytes(b"no zip")
    with pytest.raises(PackageError):
        _listed(wheel)
    assert not _note(wheel).exists()
