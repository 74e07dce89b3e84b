"""Packages that are there already."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.cli import Cli, Ran

MORE = "  cart: {source: cart, handler: app.handler, runtime: python3.12}\n"


@pytest.fixture
def shop(cli: Cli) -> Cli:
    """Two functions."""
    cli.write("lambda-ci.yml", (cli.folder / "lambda-ci.yml").read_text() + MORE)
    cli.write("cart/app.py", "def handler(event, context): ...\n")
    return cli


def unchanged(ran: Ran) -> list[str]:
    assert ran.code == 0, ran.err
    return [name for name, one in ran.document["functions"].items() if one["unchanged"]]


def notes(cli: Cli) -> list[Path]:
    return sorted((cli.folder / "cache/packages").glob("*.json"))


def test_what_is_there_is_not_made_again_and_described_the_same(shop: Cli) -> None:
    first = shop("build", "--json")
    times = {path.name: path.stat().st_mtime_ns for path in (shop.folder / "dist").glob("*.zip")}
    again = shop("build", "--json")
    assert (unchanged(first), unchanged(again)) == ([], ["orders", "cart"])
    assert {path.name: path.stat().st_mtime_ns for path in (shop.folder / "dist").glob("*.zip")} == times
    for name, one in again.document["functions"].items():
        volatile = {"seconds": 0, "unchanged": 0}
        assert one | volatile == first.function(name) | volatile
    assert shop("build").out.count(" unchanged ") == 2


def test_the_files_of_a_package_that_is_there_are_listed_the_same(shop: Cli) -> None:
    files = [line for line in shop("build", "--list-files").out.splitlines() if "app.py" in line]
    assert [line for line in shop("build", "--list-files").out.splitlines() if "app.py" in line] == files
    assert len(files) == 2


def test_only_the_function_that_changed_is_made_again(shop: Cli) -> None:
    shop("build")
    shop.write("cart/app.py", "def handler(event, context): return 1\n")
    assert unchanged(shop("build", "--json")) == ["orders"]
    with zipfile.ZipFile(shop.folder / "dist/cart.zip") as package:
        assert b"return 1" in package.read("app.py")


def test_a_change_that_time_and_size_do_not_show_is_seen(shop: Cli) -> None:
    source = shop.folder / "cart/app.py"
    shop("build")
    before = source.stat()
    source.write_text(source.read_text().replace("...", "0.0"))
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert source.stat().st_size == before.st_size
    assert unchanged(shop("build", "--json")) == ["orders"]


@pytest.mark.parametrize(
    "damage", [lambda zip: zip.unlink(), lambda zip: zip.write_bytes(zip.read_bytes()[:-1] + b"x")]
)
def test_a_package_that_is_gone_or_altered_is_made_again(shop: Cli, damage: object) -> None:
    assert callable(damage)
    good = shop("build", "--json").function("cart")["sha256"]
    damage(shop.folder / "dist/cart.zip")
    again = shop("build", "--json")
    assert unchanged(again) == ["orders"]
    assert again.function("cart")["sha256"] == good


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\n\n", b"0" * 64 + b"\n{}"])
def test_a_damaged_note_counts_as_absent(shop: Cli, content: bytes) -> None:
    shop("build")
    for note in notes(shop):
        note.write_bytes(content)
    assert unchanged(shop("build", "--json")) == []
    assert unchanged(shop("build", "--json")) == ["orders", "cart"]


def test_warnings_come_again_with_the_package(shop: Cli) -> None:
    shop.write("cart/app.py", "async def handler(event, context): ...\n")
    warned = [shop("build").err.count("is `async`") for _ in range(2)]
    assert warned == [1, 1]


def test_failures_are_not_remembered(shop: Cli) -> None:
    shop.write("cart/app.py", "def other(event, context): ...\n")
    assert [shop("build").code for _ in range(2)] == [4, 4]
    assert len(notes(shop)) == 1


def test_one_function_that_fails_does_not_hold_up_the_others(shop: Cli) -> None:
    (shop.folder / "src/link").symlink_to("/etc")
    ran = shop("build", "--json")
    assert ran.code == 4
    assert ran.function("orders")["failure"]
    assert (shop.folder / "dist/cart.zip").exists()


def test_a_cache_that_cannot_be_written_is_no_failure(shop: Cli) -> None:
    shop.write("cache/packages", "a file")
    assert [unchanged(shop("build", "--json")) for _ in range(2)] == [[], []]


def test_old_notes_are_swept_and_used_ones_are_not(shop: Cli) -> None:
    shop("build")
    old = shop.write("cache/packages/" + "0" * 64 + ".json", "old")
    month = time.time() - 31 * 86400
    for path in (old, *notes(shop), shop.folder / "cache/packages/swept"):
        os.utime(path, (month, month))
    assert unchanged(shop("build", "--json")) == ["orders", "cart"]
    assert not old.exists()
    assert len(notes(shop)) == 2


def test_builds_at_once_in_one_cache_and_output_agree(shop: Cli) -> None:
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(lambda _: shop("build", "--json"), range(8)))
    assert {run.code for run in runs} == {0}
    assert len({(run.function("orders")["sha256"], run.function("cart")["sha256"]) for run in runs}) == 1
    assert unchanged(shop("build", "--json")) == ["orders", "cart"]
    assert [path for path in (shop.folder / "dist").iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_ended_leaves_nothing_that_a_later_one_trusts(shop: Cli, sign: signal.Signals) -> None:
    (shop.folder / "src/large.bin").write_bytes(os.urandom(40 << 20))
    command = [sys.executable, "-m", "lambda_ci", "build"]
    environ = {**shop.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(command, cwd=shop.folder, env=environ, stderr=subprocess.DEVNULL)
    dist = shop.folder / "dist"
    while process.poll() is None and not (dist.exists() and any(dist.glob(".*.part"))):
        time.sleep(0.001)
    process.send_signal(sign)
    process.wait()
    if sign is not signal.SIGKILL:
        assert not any(dist.glob(".*.part"))
    ran = shop("build", "--json")
    assert ran.code == 0
    with zipfile.ZipFile(dist / "orders.zip") as package:
        assert package.testzip() is None
