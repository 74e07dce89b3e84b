"""Killed at any moment (SIGKILL, nothing can be tidied), the command leaves nothing that harms the next run."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.fakes.index import Index, Slow, wheel
from tests.fakes.sources import sdist

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
TIMES = 16
AT_ONCE = 3
CONFIG = """
version: 1
package: {bytecode: never}
functions:
  orders: {source: src, handler: app.handler, runtime: python3.12}
"""
PAPERS = ("orders.cdx.json", "orders.provenance.json", "orders.zip")


@pytest.fixture
def index() -> Iterator[Index]:
    """Four wheels that come slowly, and a source archive that has to be built."""
    with Index() as index:
        for name in ("one", "two", "three", "four"):
            content = wheel(name, "1.0", padding=2_000_000)
            index.add(f"{name}-1.0-py3-none-any.whl", content)
            index.fail(f"{name}-1.0-py3-none-any.whl", *[Slow(size=200_000, pause=0.02)] * 4 * TIMES)
        index.add("made-1.0.tar.gz", sdist("made", body="time.sleep(0.2)"))
        yield index


def lock(index: Index) -> str:
    """A lock, so that what takes time is fetching, building and packaging."""
    text = 'lock-version = "1.0"\ncreated-by = "test"\n'
    for name, content in index.files.items():
        file = f'{{name = "{name}", url = "{index.url(name)}", hashes = {{sha256 = "{hashlib.sha256(content).hexdigest()}"}}}}'
        kind = f"wheels = [{file}]" if name.endswith(".whl") else f"sdist = {file}"
        text += f'[[packages]]\nname = "{name.partition("-")[0]}"\nversion = "1.0"\n{kind}\n'
    return text


def project(root: Path, text: str) -> Path:
    (root / "src").mkdir(parents=True)
    (root / "lambda-ci.yml").write_text(CONFIG)
    (root / "src/app.py").write_text("def handler(event, context):\n    return event\n")
    (root / "src/pylock.toml").write_text(text)
    return root


def start(root: Path) -> subprocess.Popen[bytes]:
    (root / "tmp").mkdir(exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "TMPDIR": str(root / "tmp"), "PYTHONPATH": str(CHECKOUT)}
    environ |= {"LAMBDA_CI_CACHE_DIR": str(root / "cache"), "UV_CACHE_DIR": str(root / "uv"), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "lambda_ci", "build"]
    return subprocess.Popen(command, cwd=root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def finish(root: Path) -> dict[str, bytes]:
    """Build to the end; what is in the output folder afterwards, drafts included."""
    process = start(root)
    told, _ = process.communicate(timeout=300)
    assert process.returncode == 0, told.decode()
    return {path.name: path.read_bytes() for path in (root / "dist").iterdir()}


def killed(root: Path, seconds: float) -> str:
    """The step in which the run was killed; empty where it had ended before."""
    process = start(root)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        told, _ = process.communicate(timeout=60)
        return next((line[2:] for line in reversed(told.decode().splitlines()) if line.startswith("▸ ")), "start")
    return ""


def scraps(root: Path) -> list[str]:
    """Files in the cache that are neither whole nor where the next sweep finds them."""
    cache = root / "cache"
    parts = [path for path in cache.rglob("*.part") if path.parent.name != "partial"]
    for path in (cache / "wheels/sha256").rglob("*.whl"):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.parent.name:
            parts.append(path)
    return [str(path.relative_to(cache)) for path in parts]


def test_killed_at_thirty_moments_the_next_run_gives_the_same_bytes_and_leaves_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, index: Index
) -> None:
    text = lock(index)
    began = time.monotonic()
    expected = finish(project(tmp_path / "whole", text))
    whole = time.monotonic() - began
    assert sorted(expected) == list(PAPERS)
    chance = random.Random(request.node.nodeid)
    # Several at once take longer than one alone.
    moments = [chance.uniform(0, 1.5 * whole) for _ in range(TIMES)]
    print("killed after", [f"{moment:.3f}" for moment in moments], f"of {whole:.3f} s")

    def once(number: int) -> tuple[str, bool, list[str]]:
        root = project(tmp_path / str(number), text)
        step = killed(root, moments[number])
        same = finish(root) == expected
        found = scraps(root)
        shutil.rmtree(root, ignore_errors=True)
        return step, same, found

    with ThreadPoolExecutor(AT_ONCE) as threads:
        results = list(threads.map(once, range(TIMES)))
    print("killed in", Counter(step or "nothing: it had ended" for step, *_ in results))
    assert [number for number, (_, same, _) in enumerate(results) if not same] == []
    assert [found for *_, found in results if found] == []
    assert any(step for step, *_ in results)


def test_killed_again_and_again_in_one_folder_it_ends_well(
    request: pytest.FixtureRequest, tmp_path: Path, index: Index
) -> None:
    """Each run goes on with what the one before has left."""
    root = project(tmp_path / "project", lock(index))
    chance = random.Random(request.node.nodeid)
    for _ in range(6):
        killed(root, chance.uniform(0.2, 2))
    found = finish(root)
    assert sorted(found) == list(PAPERS)
    assert scraps(root) == []
    with ZipFile(root / "dist/orders.zip") as archive:
        assert archive.testzip() is None
        assert {"one.py", "four.py", "made.py", "app.py"} <= set(archive.namelist())
