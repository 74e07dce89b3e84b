"""Old zip files of automatic layers."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.artifact import Package
from lambda_ci.package.auto_layers import AutoLayers

if TYPE_CHECKING:
    from pathlib import Path

OLD, USED = "auto-000000000000-python3.12-arm64.zip", "auto-111111111111-python3.12-arm64.zip"


@pytest.fixture
def layers(tmp_path: Path) -> AutoLayers:
    return AutoLayers(tmp_path / "cache" / "layers")


def made(folder: Path, name: str = OLD, content: bytes = b"zip") -> Package:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    for suffix in (".cdx.json", ".provenance.json"):
        path.with_suffix(suffix).write_text("{}")
    sha256 = hashlib.sha256(content).hexdigest()
    return Package(
        function="auto", path=path, sha256=sha256, code_sha256="", size=3, unpacked_size=3, members=(), ledger=()
    )


def age(layers: AutoLayers, *, days: float) -> None:
    for note in layers.folder.glob("*.json"):
        then = note.stat().st_mtime - days * 86400
        os.utime(note, (then, then))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_no_build_used_for_a_day_is_removed_with_its_papers(layers: AutoLayers, tmp_path: Path) -> None:
    layers.use([made(tmp_path / "dist")])
    age(layers, days=1.1)
    layers.use([made(tmp_path / "dist", USED)])
    assert names(tmp_path / "dist") == sorted([
        USED,
        USED.replace(".zip", ".cdx.json"),
        USED.replace(".zip", ".provenance.json"),
    ])
    assert len([*layers.folder.iterdir()]) == 1


def test_what_was_used_today_stays_for_a_build_of_other_functions(layers: AutoLayers, tmp_path: Path) -> None:
    layers.use([made(tmp_path / "dist")])
    age(layers, days=0.9)
    layers.use([made(tmp_path / "dist", USED)])
    assert OLD in names(tmp_path / "dist")


def test_what_is_no_longer_what_was_written_stays(layers: AutoLayers, tmp_path: Path) -> None:
    old = made(tmp_path / "dist")
    layers.use([old])
    age(layers, days=2)
    old.path.write_bytes(b"somebody's own")
    layers.use([made(tmp_path / "dist", USED)])
    assert old.path.read_bytes() == b"somebody's own"


def test_what_nobody_noted_and_other_folders_stay(layers: AutoLayers, tmp_path: Path) -> None:
    foreign, elsewhere = made(tmp_path / "dist"), made(tmp_path / "other")
    layers.use([elsewhere])
    age(layers, days=2)
    layers.use([made(tmp_path / "dist", USED)])
    assert foreign.path.exists()
    assert elsewhere.path.exists()


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b'{"path": 1, "sha256": 2}', b"\xff"])
def test_a_damaged_note_is_no_trouble(layers: AutoLayers, tmp_path: Path, note: bytes) -> None:
    layers.use([made(tmp_path / "dist")])
    [written] = layers.folder.iterdir()
    written.write_bytes(note)
    age(layers, days=2)
    layers.use([made(tmp_path / "dist", USED)])
    assert OLD in names(tmp_path / "dist")


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    AutoLayers(tmp_path / "cache" / "layers").use([made(tmp_path / "dist")])
    assert OLD in names(tmp_path / "dist")
