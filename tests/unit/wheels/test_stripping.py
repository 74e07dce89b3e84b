"""Debug symbols go, what the loader sees stays, and whatever is unusual is left alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_ci.wheels.stripping.elf import same_for_loaders, segments, stripped
from lambda_ci.wheels.stripping.overlay import without_symbols
from tests.fakes.libraries import library
from tests.fakes.quiet import quiet
from tests.fakes.wheels import wheel

if TYPE_CHECKING:
    from pathlib import Path


def test_symbols_behind_the_segments_go() -> None:
    before = library()
    after = stripped(before)
    assert after is not None
    assert len(after) < len(before) - 20_000
    assert same_for_loaders(before, after)
    assert ELFFile(BytesIO(after)).num_sections() == 0


def test_what_lies_between_the_segments_goes_as_far_as_alignment_allows() -> None:
    before = library(between=b"d" * 50_000)
    after = stripped(before)
    assert after is not None
    assert len(after) < 4096 + 1000
    assert same_for_loaders(before, after)
    assert [one.size for one in segments(after)] == [one.size for one in segments(before)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF\2\1",
        b"\x7fELF\2\1" + bytes(100),
        b"\x7fELF\1\1" + bytes(200),
        library(symbols=b""),
        library(kind=2),
        library(interpreter=True),
        library(dynamic=False),
        library(name=b".payload"),
        library(payload=b"PK\3\4 a zip file" * 20),
        library()[:-1000],
        library()[:300],
    ],
)
def test_what_is_no_plain_library_stays(content: bytes) -> None:
    assert stripped(content) is None


@pytest.mark.parametrize("at", [0x400, 0x1010, 0x50])
def test_a_change_of_what_is_loaded_is_seen(at: int) -> None:
    before = library(code=b"c" * 3000)
    after = bytearray(stripped(before) or b"")
    after[at] ^= 1
    assert not same_for_loaders(before, bytes(after))


def test_a_library_that_is_not_aligned_any_more_is_seen() -> None:
    before = library()
    after = stripped(before) or b""
    offset = after.index(b"data")
    moved = bytearray(after[:offset] + b"\0" + after[offset:])
    moved[64 + 56 + 8 : 64 + 56 + 16] = (offset + 1).to_bytes(8, "little")
    assert not same_for_loaders(before, bytes(moved))


@settings(max_examples=200, deadline=None)
@given(
    code=st.binary(max_size=9000),
    data=st.binary(min_size=16, max_size=9000),
    between=st.binary(max_size=9000),
    symbols=st.integers(0, 20_000),
)
def test_whatever_the_sizes_the_loader_sees_the_same(code: bytes, data: bytes, between: bytes, symbols: int) -> None:
    before = library(code=code, data=data, between=between, symbols=b"s" * symbols)
    after = stripped(before)
    if after is not None:
        assert len(after) < len(before)
        assert same_for_loaders(before, after)
        assert stripped(after) is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_makes_it_fail(data: st.DataObject) -> None:
    content = bytearray(library(between=b"b" * 5000))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    after = stripped(bytes(content))
    assert after is None or same_for_loaders(bytes(content), after) in {True, False}


def test_an_overlay_has_what_became_smaller_and_is_made_once(tmp_path: Path) -> None:
    files = {
        "demo/a.so": library(),
        "demo/libb.so.1": library(machine=183),
        "demo/small.so": library(symbols=b"x"),
        "demo/data.bin": library(),
        "demo-1.0.data/platlib/demo/c.so": library(),
        "demo-1.0.data/scripts/d.so": library(),
    }
    found = wheel(tmp_path / "cache", "demo", files)
    console, _ = quiet()
    [first] = without_symbols([found], console=console)
    [overlay] = first.overlays
    with zipfile.ZipFile(overlay.path) as archive:
        assert archive.namelist() == ["demo/a.so", "demo/libb.so.1", "demo/c.so"]
        assert archive.read("demo/a.so") == stripped(files["demo/a.so"])
    overlay.path.touch()
    stamp = overlay.path.stat().st_ino
    [second] = without_symbols([found], console=console)
    assert second == first
    assert overlay.path.stat().st_ino == stamp


def test_a_damaged_overlay_is_made_again(tmp_path: Path) -> None:
    found = wheel(tmp_path / "cache", "demo", {"demo/a.so": library()})
    console, _ = quiet()
    [first] = without_symbols([found], console=console)
    first.overlays[0].path.write_bytes(b"damaged")
    assert without_symbols([found], console=console) == (first,)
    next(first.path.parent.glob("stripped-*.json")).write_text("{")
    assert without_symbols([found], console=console) == (first,)


def test_a_wheel_with_nothing_to_gain_has_no_overlay(tmp_path: Path) -> None:
    found = wheel(tmp_path / "cache", "demo", {"demo/__init__.py": b""})
    console, _ = quiet()
    assert without_symbols([found], console=console) == (found,)
    assert without_symbols([found], console=console) == (found,)
    assert not list(found.path.parent.glob("*.zip"))


def test_where_nothing_can_be_kept_the_symbols_stay_and_it_is_said(tmp_path: Path) -> None:
    found = wheel(tmp_path / "cache", "demo", {"demo/a.so": library()})
    missing = replace(found, path=tmp_path / "nowhere" / found.filename)
    console, stream = quiet()
    assert without_symbols([missing], console=console) == (missing,)
    assert f"debug symbols stay in {found.filename}" in stream.getvalue()


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler")
@pytest.mark.parametrize("options", [[], ["-Wl,-z,noseparate-code"], ["-Wl,--hash-style=gnu", "-Wl,-z,now"]])
def test_a_real_library_loads_and_works(tmp_path: Path, options: list[str]) -> None:
    source = tmp_path / "demo.c"
    many = "\n".join(
        f"static int f{n}(int x) {{ return x * {n} + 1; }} int g{n}(int x) {{ return f{n}(x); }}" for n in range(400)
    )
    source.write_text(
        f"{many}\n__thread int t = 3; int counter = 41; int zero[1000]; int answer(void) {{ return ++counter + zero[9]; }}\n"
    )
    path = tmp_path / "libdemo.so"
    subprocess.run(
        ["gcc", "-g", "-shared", "-fPIC", "-Wl,-soname,libdemo.so.1", *options, str(source), "-o", str(path)],
        check=True,
        timeout=300,
    )
    before = path.read_bytes()
    after = stripped(before)
    assert after is not None
    assert same_for_loaders(before, after)
    assert _dynamic(before) == _dynamic(after)
    path.write_bytes(after)
    code = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).answer())"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout == "42\n"


def _dynamic(content: bytes) -> list[tuple[str, object]]:
    """Every entry of the dynamic section, with the names that pyelftools finds for it."""
    [segment] = [one for one in ELFFile(BytesIO(content)).iter_segments() if isinstance(one, DynamicSegment)]
    return [
        (tag.entry.d_tag, getattr(tag, "needed", getattr(tag, "soname", tag.entry.d_val)))
        for tag in segment.iter_tags()
    ]
