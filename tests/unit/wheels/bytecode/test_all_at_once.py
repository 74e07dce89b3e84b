"""The sources of many packages, compiled in one process."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fakes.compiling import Bench

ONE, OTHER = {"app.py": b"x = 1"}, {"app.py": b"x = 2", "sub/mod.py": b"y = 2"}


def asked(files: Mapping[str, bytes]) -> tuple[dict[str, str], Callable[[str], bytes]]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}, files.__getitem__


def test_one_process_compiles_for_all_and_nothing_twice(bench: Bench) -> None:
    bench.compiler().all_sources([asked(ONE), asked(OTHER), asked(ONE), asked({"notes.txt": b""})])
    assert len(bench.python.errands) == 1
    assert bench.sources(ONE)
    assert bench.sources(OTHER)
    bench.compiler().all_sources([asked(ONE), asked(OTHER)])
    assert len(bench.python.errands) == 1


def test_alone_and_with_others_it_is_the_same(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> None:
    bench.compiler().all_sources([asked(ONE), asked(OTHER)])
    alone = type(bench)(tmp_path_factory.mktemp("alone"))
    for files in (ONE, OTHER):
        here, there = bench.sources(files), alone.sources(files)
        assert here
        assert there
        assert here.sha256 == there.sha256


def test_nothing_to_compile_starts_nothing(bench: Bench) -> None:
    bench.compiler().all_sources([asked({"notes.txt": b""})])
    assert bench.python.errands == []


def test_what_cannot_be_read_leaves_nothing_behind(bench: Bench) -> None:
    def changed(_path: str) -> bytes:
        raise PackageError("changed")

    with pytest.raises(PackageError):
        bench.compiler().all_sources([asked(ONE), ({"b.py": "0" * 64}, changed)])
    assert bench.python.errands == []
