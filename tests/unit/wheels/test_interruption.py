"""Killed, interrupted, at once, on a full disk: with processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.fakes.building import NAME, WheelBench
from tests.fakes.index import Index, Slow, Status, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WheelBench]:
    (tmp_path / "project").mkdir()
    with Index() as index:
        yield WheelBench(index=index, cache=tmp_path / "cache", root=tmp_path / "project")


CHILD = """
import sys
from pathlib import Path
from packaging.pylock import Pylock
from lambda_ci.errors import BuildError
from lambda_ci.model.artifact import Lock
from lambda_ci.model.target import Architecture, Target
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.quiet import quiet
cache, *urls = sys.argv[1:]
packages = []
for url in urls:
    address, digest = url.split("#")
    name = address.rsplit("/", 1)[1].split("-")[0]
    packages.append({"name": name, "wheels": [{"url": address, "hashes": {"sha256": digest}}]})
pylock = Pylock.from_dict({"lock-version": "1.0", "created-by": "test", "packages": packages})
lock = Lock(target=Target("python3.12", Architecture.X86_64), pylock=pylock, root=Path("/"), origin="x", pinned=True)
try:
    for (wheels) in fetch([lock], Depot.of(Path(cache), console=quiet()[0])):
        print(*[one.sha256 for one in wheels])
except BuildError as error:
    sys.exit(str(error))
except KeyboardInterrupt:
    sys.exit(130)
"""


def _child(bench: WheelBench, *filenames: str, limit: str = "") -> subprocess.Popen[str]:
    urls = [f"{bench.index.url(name)}#{sha256(bench.index.files[name])}" for name in filenames]
    script = limit + CHILD
    command = [sys.executable, "-c", script, str(bench.cache), *urls]
    environ = {"PYTHONPATH": ":".join(sys.path)}
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _until_some_bytes_arrived(bench: WheelBench) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(path.suffix == ".part" and path.stat().st_size for path in bench.files):
            return
        time.sleep(0.01)
    pytest.fail("the download did not start")


def test_a_run_that_was_killed_in_the_middle_does_no_harm_to_the_next(bench: WheelBench) -> None:
    content = wheel("demo", "1.0", padding=400_000)
    lock = bench.lock(bench.remote(content=content))
    bench.index.fail(NAME, Slow(size=2_000, pause=0.05))
    child = _child(bench, NAME)
    _until_some_bytes_arrived(bench)
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=60)
    assert [path.suffix for path in bench.files] == [".part"]
    ((found,),) = bench.fetch(lock)
    assert found.path.read_bytes() == content


def test_an_interrupt_ends_it_at_once_and_leaves_nothing(bench: WheelBench) -> None:
    bench.index.add(NAME, wheel("demo", "1.0", padding=400_000))
    bench.index.fail(NAME, Slow(size=2_000, pause=0.05))
    child = _child(bench, NAME)
    _until_some_bytes_arrived(bench)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=120)
    assert child.returncode == 130
    assert bench.files == []


def test_processes_that_fetch_the_same_wheels_at_once_all_get_them(bench: WheelBench) -> None:
    names = [f"demo{number}-1.0-py3-none-any.whl" for number in range(6)]
    for name in names:
        bench.index.add(name, wheel(name.split("-")[0], "1.0", padding=200_000))
    children = [_child(bench, *names) for _ in range(3)]
    for child in children:
        out, err = child.communicate(timeout=120)
        assert (out.split(), err) == ([sha256(bench.index.files[name]) for name in names], "")
    left = [path.name for path in bench.files]
    assert sorted(name for name in left if name != "verified.json") == sorted(names), (
        "a late one finds them, and notes that"
    )


def test_a_full_disk_is_named_with_its_path_and_leaves_nothing(bench: WheelBench) -> None:
    bench.index.add(NAME, wheel("demo", "1.0", padding=300_000))
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
    child = _child(bench, NAME, limit=limit)
    _, err = child.communicate(timeout=120)
    assert child.returncode == 1
    assert f"cannot write {bench.cache}" in err
    assert "make room" in err
    assert "Traceback" not in err
    assert bench.files == []


def test_the_first_failure_stops_the_other_downloads(bench: WheelBench) -> None:
    slow = bench.remote("slow-1.0-py3-none-any.whl", wheel("slow", "1.0", padding=400_000))
    bench.index.fail("slow-1.0-py3-none-any.whl", Slow(size=2_000, pause=0.05))
    gone = bench.remote("gone-1.0-py3-none-any.whl")
    bench.index.fail("gone-1.0-py3-none-any.whl", Status(404))
    with pytest.raises(BuildError, match="404"):
        bench.fetch(bench.lock(slow, gone))
    assert bench.files == []
