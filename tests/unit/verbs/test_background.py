"""Wheels are looked into as soon as they are there, so that packages need not wait for it."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from lambda_ci.model.artifact import Wheel
from lambda_ci.verbs.building.background import examining
from tests.fakes.elf import elf
from tests.fakes.index import Index, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.cli import Cli

NAME = "demo-1.0-py3-none-any.whl"
NATIVE = {"demo/__init__.py": b"", "demo/core.abi3.so": elf(needed=["libc.so.6"])}


@pytest.fixture
def project(cli: Cli) -> Iterator[Cli]:
    """A function with one wheel of an index."""
    with Index() as index:
        index.add(NAME, wheel("demo", "1.0", files=NATIVE))
        cli.write("src/requirements.txt", "demo==1.0\n")
        cli.environ |= {"PATH": os.environ["PATH"], "UV_CACHE_DIR": str(cli.folder / "uv")}
        cli.environ |= {"UV_DEFAULT_INDEX": index.simple}
        yield cli


def notes(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_bytes()) for path in (folder / "cache/wheels").rglob("*-1.json")}


def kept(folder: Path, content: bytes) -> Wheel:
    """A wheel in its place in the cache."""
    digest = sha256(content)
    path = folder / "cache/wheels/sha256" / digest[:2] / digest / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return Wheel(name="demo", version="1.0", filename=NAME, path=path, sha256=digest, size=len(content))


def test_a_first_build_and_a_second_one_give_the_same(project: Cli) -> None:
    first = project("build")
    assert first.code == 0, first.err
    package = (project.folder / "dist/orders.zip").read_bytes()
    paper = (project.folder / "dist/orders.cdx.json").read_bytes()
    known = notes(project.folder)
    (project.folder / "dist/orders.zip").unlink()
    assert project("build").code == 0
    assert (project.folder / "dist/orders.zip").read_bytes() == package
    assert (project.folder / "dist/orders.cdx.json").read_bytes() == paper
    assert notes(project.folder) == known
    assert known["audit-1.json"]["binaries"][0][0] == "demo/core.abi3.so"
    assert known["metadata-1.json"]["name"] == "demo"


def test_what_is_noted_is_what_a_build_without_notes_finds(project: Cli) -> None:
    project("build")
    known = notes(project.folder)
    for path in [*(project.folder / "cache/wheels").rglob("*-1.json"), project.folder / "dist/orders.zip"]:
        path.unlink()
    assert project("build").code == 0
    assert notes(project.folder) == known


@pytest.mark.parametrize("inventory", [True, False])
def test_the_end_waits_for_what_has_arrived(tmp_path: Path, inventory: bool) -> None:
    with examining(inventory=inventory) as arrived:
        arrived(kept(tmp_path, wheel("demo", "1.0", files=NATIVE)))
    assert sorted(notes(tmp_path)) == ["audit-1.json", "files-1.json", *(["metadata-1.json"] if inventory else [])]


def test_a_broken_wheel_is_left_to_whoever_needs_it(tmp_path: Path) -> None:
    with examining(inventory=True) as arrived:
        arrived(kept(tmp_path, b"PK\3\4 but nothing more"))
    assert notes(tmp_path) == {}


def test_a_failure_ends_it_as_well(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    def interrupted() -> None:
        with examining(inventory=True) as arrived:
            arrived(kept(tmp_path, wheel("demo", "1.0", files=NATIVE)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    for thread in {*threading.enumerate()} - before:
        thread.join(60)
        assert not thread.is_alive()
