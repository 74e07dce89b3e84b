"""A built wheel knows how it was built, also when it comes from the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.artifact import Making
from lambda_ci.wheels.builders.cache import BuiltStore, key
from lambda_ci.wheels.store import WheelStore
from tests.fakes.index import wheel

if TYPE_CHECKING:
    from pathlib import Path


def test_the_image_is_remembered_with_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    path.write_bytes(wheel("demo", "1.0"))
    store, name = BuiltStore(WheelStore(tmp_path / "cache")), key(source="demo")
    how = {"backend": "container", "image": "images.example/python:3.12", "digest": "sha256:abc", "source": "demo"}
    kept = store.keep(name, path, project="demo", version="1.0", how=how)
    assert kept.made == Making(backend="container", image="images.example/python:3.12", digest="sha256:abc")
    assert store.find(name) == kept
