"""Hashes, credentials and interrupts: uv itself against an index on this machine."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import BuildError
from tests.fakes.building import LockBench
from tests.fakes.index import Index, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LockBench]:
    with Index() as index:
        yield LockBench(folder=tmp_path, index=index, extra={})


def test_hashed_requirements_keep_only_the_files_that_were_named(bench: LockBench) -> None:
    good = bench.index.add("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    bench.index.add("demo-1.0-py3-none-any.whl", wheel("demo", "1.0", files={"demo.py": b"other"}))
    pylock = bench.lock(f"demo==1.0 --hash=sha256:{good.upper()}\n").pylock
    assert pylock
    (package,) = pylock.packages
    assert [dict(found.hashes) for found in package.wheels or ()] == [{"sha256": good}]


def test_a_hash_that_no_file_has_stops_the_build_also_from_the_cache(bench: LockBench) -> None:
    bench.index.add("demo-1.0-py3-none-any.whl")
    for _ in range(2):
        with pytest.raises(BuildError, match=r"names no hash of a usable file of demo 1\.0"):
            bench.lock(f"demo==1.0 --hash=sha256:{'0' * 64}\n")


def test_one_hash_means_that_all_must_have_one(bench: LockBench) -> None:
    good = bench.index.add("app-1.0-py3-none-any.whl", wheel("app", "1.0", requires=["dep"]))
    bench.index.add("dep-1.0-py3-none-any.whl")
    with pytest.raises(BuildError, match="has no hashes of dep"):
        bench.lock(f"app==1.0 --hash=sha256:{good}\n")


def test_hashes_can_be_demanded_without_any(bench: LockBench) -> None:
    good = bench.index.add("dep-1.0-py3-none-any.whl")
    with pytest.raises(BuildError, match="has no hashes of dep"):
        bench.lock("--require-hashes\ndep==1.0\n")
    assert bench.lock(f"--require-hashes\ndep==1.0 --hash=sha256:{good}\n").pylock


def test_a_file_of_the_project_that_has_another_hash_is_named_with_its_own(bench: LockBench) -> None:
    path = bench.write("wheels/dep-1.0-py3-none-any.whl", "")
    path.write_bytes(wheel("dep", "1.0"))
    with pytest.raises(BuildError, match=r"names no hash of a usable file of dep 1\.0") as caught:
        bench.lock(f"./wheels/dep-1.0-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    assert f"the file itself has: sha256:{sha256(wheel('dep', '1.0'))}" in caught.value.why


def test_credentials_of_an_index_come_with_the_lock_but_are_not_shown(tmp_path: Path) -> None:
    with Index(credentials="joe:s3cret") as index:
        index.add("demo-1.0-py3-none-any.whl")
        bench = LockBench(folder=tmp_path, index=index, extra={})
        locked = bench.lock(f"--index-url http://joe:s3cret@{index.address}/simple\ndemo==1.0\n")
        assert locked.credentials == {f"http://{index.address}": ("joe", "s3cret")}
        assert "s3cret" not in repr(locked)
        bench.extra["UV_INDEX"] = f"mine=http://joe:s3cret@{index.address}/simple"
        assert bench.lock("demo==1.0\n").credentials == locked.credentials
        direct = bench.lock(f"demo @ http://joe:s3cret@{index.address}/files/demo-1.0-py3-none-any.whl\n")
    assert direct.pinned
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache" / "locks").iterdir())
    assert b"s3cret" not in kept


def test_wrong_credentials_are_said_to_be_wrong(tmp_path: Path) -> None:
    with Index(credentials="joe:s3cret") as index:
        index.add("demo-1.0-py3-none-any.whl")
        with pytest.raises(BuildError, match="401") as caught:
            LockBench(folder=tmp_path, index=index, extra={}).lock("demo==1.0\n")
    assert "credentials" in str(caught.value)


def test_an_interrupt_while_uv_waits_leaves_nothing_behind(bench: LockBench, tmp_path: Path) -> None:
    script = (
        "import sys, socket, threading\nfrom pathlib import Path\n"
        "from lambda_ci.adapters.uv import Uv\nfrom lambda_ci.lock.resolve import Resolver, lock\n"
        "from lambda_ci.model.target import Architecture, Target\nfrom tests.fakes.quiet import quiet\n"
        "silent = socket.create_server(('127.0.0.1', 0))\n"
        "home = Path(sys.argv[1])\n"
        "url = f'http://127.0.0.1:{silent.getsockname()[1]}/simple'\n"
        "(home / 'r.txt').write_text(f'--index-url {url}\\ndemo==1.0\\n')\n"
        "def tell():\n    silent.accept()\n    (home / 'asked').write_text('yes')\n"
        "threading.Thread(target=tell, daemon=True).start()\n"
        "environ = {'HOME': str(home), 'UV_CACHE_DIR': str(home / 'uvc')}\n"
        "try:\n    lock(home / 'r.txt', Target('python3.12', Architecture.X86_64), "
        " Resolver(uv=Uv(environ), cache_dir=home / 'cache', console=quiet()[0]))\n"
        "except KeyboardInterrupt:\n    sys.exit(130)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env={"PYTHONPATH": ":".join(sys.path)})
    deadline = time.monotonic() + 60
    while not (tmp_path / "asked").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert bench.kept == 0
