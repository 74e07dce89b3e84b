from __future__ import annotations

import hashlib
import os
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.errand import Late
from lambda_ci.adapters.process import Completed
from lambda_ci.errors import BuildError
from tests.fakes.compiling import names

if TYPE_CHECKING:
    from tests.fakes.compiling import Bench

TAG = sys.implementation.cache_tag


def test_wheels_are_compiled_once_and_in_one_process(bench: Bench) -> None:
    wheels = [bench.wheel(name, {f"{name}.py": b"x = 1"}) for name in ("one", "two", "three")]
    first = bench.wheels(*wheels)
    assert (bench.compiled, len(bench.python.errands)) == (3, 1)
    assert all(overlay.path.parent == wheel.path.parent for wheel, overlay in zip(wheels, first, strict=True))
    assert bench.wheels(*wheels) == first
    assert (bench.compiled, len(bench.python.errands)) == (0, 1)


def test_another_python_is_another_bytecode(bench: Bench) -> None:
    wheel = bench.wheel("one", {"one.py": b"x = 1"})
    bench.wheels(wheel)
    bench.python.identity = "another Python"
    bench.wheels(wheel)
    assert bench.compiled == 1
    assert len(list(wheel.path.parent.glob("bytecode-*.zip"))) == 2


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_what_is_damaged_is_compiled_again(bench: Bench, damage: bytes | None) -> None:
    wheel = bench.wheel("one", {"one.py": b"x = 1"})
    (overlay,) = bench.wheels(wheel)
    overlay.path.write_bytes(overlay.path.read_bytes()[:-1] + b"!" if damage is None else damage)
    assert bench.wheels(wheel) == [overlay]
    assert bench.compiled == 1
    assert names(overlay) == [f"__pycache__/one.{TAG}.pyc"]


def test_a_wheel_without_python_is_not_tried_again(bench: Bench) -> None:
    wheel = bench.wheel("data", {"data/x.json": b"{}"})
    (overlay,) = bench.wheels(wheel)
    assert names(overlay) == []
    bench.wheels(wheel)
    assert bench.compiled == 0


def test_other_sources_are_kept_by_their_content(bench: Bench) -> None:
    files = {"app.py": b"x = 1", "sub/mod.py": b"y = 2", "notes.txt": b""}
    first = bench.sources(files)
    assert first is not None
    assert names(first) == [f"__pycache__/app.{TAG}.pyc", f"sub/__pycache__/mod.{TAG}.pyc"]
    assert bench.sources({**files, "notes.txt": b"other"}) == first
    assert len(bench.python.errands) == 1
    changed = bench.sources({**files, "app.py": b"x = 3"})
    assert changed is not None
    assert changed.sha256 != first.sha256
    moved = bench.sources({"else.py": b"x = 1"})
    assert moved is not None
    assert names(moved) == [f"__pycache__/else.{TAG}.pyc"]


def test_a_file_that_changes_meanwhile_leaves_nothing_under_its_old_content(bench: Bench) -> None:
    digests = {"app.py": hashlib.sha256(b"x = 1").hexdigest()}
    with pytest.raises(BuildError, match=r"app\.py changed while it was being compiled"):
        bench.compiler().sources(digests, lambda _path: b"x = 2")
    found = bench.sources({"app.py": b"x = 1"})
    assert found is not None
    assert len(bench.python.errands) == 1


def test_without_python_files_nothing_is_started(bench: Bench) -> None:
    assert bench.sources({"index.js": b""}) is None
    assert bench.python.errands == []


def test_what_cannot_be_started_or_is_late_is_an_error(bench: Bench) -> None:
    bench.python.error = Late("it did not end", fix="try again")
    with pytest.raises(Late, match="did not end"):
        bench.wheels(bench.wheel("one", {"one.py": b""}))


@pytest.mark.parametrize(
    ("completed", "why"),
    [
        (
            Completed(returncode=1, stdout="", stderr="Traceback\nOSError: [Errno 28] No space left on device"),
            "No space",
        ),
        (Completed(returncode=137, stdout="", stderr=""), ""),
        (Completed(returncode=0, stdout="nothing was written", stderr=""), "nothing was written"),
    ],
)
def test_a_process_that_dies_is_an_error_that_quotes_it(bench: Bench, completed: Completed, why: str) -> None:
    bench.python.completed = completed
    with pytest.raises(
        BuildError, match=f"could not compile bytecode \\(exit code {completed.returncode}\\)"
    ) as caught:
        bench.wheels(bench.wheel("one", {"one.py": b""}))
    assert why in caught.value.why
    assert "package.bytecode: never" in caught.value.fix
    assert not list(bench.cache.rglob("bytecode-*"))


def test_where_the_cache_cannot_be_written_the_bytecode_is_there_for_this_run(bench: Bench) -> None:
    bench.cache.mkdir(parents=True)
    (bench.cache / "bytecode").write_text("a file where a folder is wanted")
    overlay = bench.sources({"one.py": b"x = 1"})
    assert overlay
    assert overlay.path.is_relative_to(bench.folder / "scratch")
    assert names(overlay) == [f"__pycache__/one.{TAG}.pyc"]


def test_several_runs_at_once_agree(bench: Bench) -> None:
    wheel = bench.wheel("one", {"one.py": b"x = 1"})
    found: list[str] = []

    def run() -> None:
        found.extend(one.sha256 for one in bench.compiler().wheels([wheel], starting=lambda _count: None).values())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(list(wheel.path.parent.glob("bytecode-*"))) == 1
    assert not list(wheel.path.parent.glob(".*"))


def test_bytecode_that_nobody_used_for_a_month_goes(bench: Bench) -> None:
    wheel = bench.wheel("one", {"one.py": b"x = 1"})
    (old,) = bench.wheels(wheel)
    bench.python.identity = "one in use"
    (used,) = bench.wheels(wheel)
    long_ago = old.path.stat().st_mtime - 40 * 86400
    for overlay in (old, used):
        os.utime(overlay.path, (long_ago, long_ago))
    bench.wheels(wheel)
    bench.python.identity = "a new one"
    bench.wheels(wheel)
    assert not old.path.exists()
    assert used.path.exists()
    assert wheel.path.exists()
