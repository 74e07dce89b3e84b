from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.model.audit import Binary, Kind
from lambda_ci.package.audit.elf import read
from lambda_ci.package.audit.window import Outside, Window
from tests.fakes.elf import AARCH64, EXEC, I386, REL, elf

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = elf(
    needed=["libc.so.6", "libm.so.6"],
    soname="libdemo.so.1",
    runpath="$ORIGIN/../demo.libs:/opt/lib",
    versions={"libc.so.6": ["GLIBC_2.17", "GLIBC_2.28"], "libm.so.6": ["GLIBC_2.27"]},
    symbols=["PyInit_demo"],
)


def _read(content: bytes, path: str = "pkg/demo.so", *, chunk: int = 100) -> Binary:
    return read(path, _window(content, chunk=chunk))


def _window(content: bytes, *, chunk: int = 100) -> Window:
    return Window(lambda: [content[at : at + chunk] for at in range(0, len(content), chunk)], len(content))


def test_everything_the_loader_looks_at_is_read() -> None:
    binary = _read(FULL)
    assert binary == Binary(
        path="pkg/demo.so",
        kind=Kind.LIBRARY,
        machine="x86_64",
        needed=("libc.so.6", "libm.so.6"),
        soname="libdemo.so.1",
        runpath=("$ORIGIN/../demo.libs", "/opt/lib"),
        symbols=(("libc.so.6", "GLIBC_2.17"), ("libc.so.6", "GLIBC_2.28"), ("libm.so.6", "GLIBC_2.27")),
        module=True,
    )


@pytest.mark.parametrize(
    ("content", "machine"),
    [
        (elf(machine=AARCH64), "aarch64"),
        (elf(machine=I386, bits=32), "x86, 32 bits"),
        (elf(bits=32), "x32"),
        (elf(machine=20, bits=32, little=False, needed=["libc.so.6"]), "ppc, 32 bits"),
        (elf(machine=AARCH64, little=False), "aarch64, 64 bits"),
        (elf(machine=0xFE00), "65024, 64 bits"),
    ],
)
def test_the_machine_is_named_as_wheels_name_it_or_in_words(content: bytes, machine: str) -> None:
    binary = _read(content)
    assert (binary.machine, binary.fault) == (machine, "")


def test_a_library_is_a_module_only_with_the_entry_point_of_its_own_name() -> None:
    assert _read(FULL, "demo.so").module
    assert not _read(FULL, "libdemo.so").module
    assert not _read(FULL, "demo.so.1").module
    assert not _read(elf(symbols=["PyInit_demo2"]), "demo.so").module


@pytest.mark.parametrize(
    ("content", "path", "kind"),
    [
        (elf(kind=EXEC, static=True), "bin/tool", Kind.PROGRAM),
        (elf(interpreter="/lib64/ld-linux-x86-64.so.2"), "bin/tool", Kind.PROGRAM),
        (elf(interpreter="/lib64/ld-linux-x86-64.so.2"), "lib/libc.so.6", Kind.LIBRARY),
        (elf(kind=REL), "lib/part.o", Kind.OTHER),
        (elf(machine=247), "probe.so", Kind.OTHER),
    ],
)
def test_programs_libraries_and_what_nothing_loads_are_told_apart(content: bytes, path: str, kind: Kind) -> None:
    assert _read(content, path).kind is kind


def test_versions_that_may_be_missing_are_not_needed() -> None:
    assert _read(elf(versions={"libc.so.6": ["GLIBC_2.99"]}, weak=True)).symbols == ()


def test_an_old_rpath_is_told_from_a_runpath() -> None:
    binary = _read(elf(rpath="$ORIGIN"))
    assert (binary.rpath, binary.runpath) == (("$ORIGIN",), ())


@pytest.mark.parametrize("length", [4, 20, 63, 64, 100, 150, 300, len(FULL) - 1])
def test_a_file_that_is_cut_off_has_a_fault(length: int) -> None:
    assert _read(FULL[:length]).fault


def test_huge_counts_are_a_fault_and_not_a_long_wait() -> None:
    content = bytearray(FULL)
    content[56:58] = b"\xff\xff"
    assert _read(bytes(content)).fault == "its headers make no sense (65535 program headers)"
    table = FULL.index(struct.pack("<2H", 1, 2))
    content = bytearray(FULL)
    content[table + 2 : table + 4] = b"\xff\xff"
    assert _read(bytes(content)).fault


def test_tables_that_lead_to_themselves_come_to_an_end() -> None:
    content = bytearray(FULL)
    dynamic = FULL.index(struct.pack("<Q", 0x6FFFFFFF))
    content[dynamic + 8 : dynamic + 16] = struct.pack("<Q", 1 << 60)
    assert not _read(bytes(content)).fault


def test_control_characters_in_names_do_not_reach_a_terminal() -> None:
    assert _read(elf(needed=["lib\x1b[31m.so"])).needed == ("lib?[31m.so",)


def test_a_dynamic_section_behind_a_lot_of_code_is_found() -> None:
    content = elf(needed=["libc.so.6"], padding=40 << 20)
    assert _read(content, chunk=1 << 20).needed == ("libc.so.6",)


@given(st.binary(max_size=300))
def test_anything_that_begins_like_an_elf_file_is_described(rest: bytes) -> None:
    assert _read(b"\x7fELF" + rest).path == "pkg/demo.so"


@given(
    st.lists(st.tuples(st.integers(4, len(FULL) - 1), st.integers(0, 255)), min_size=1, max_size=12),
    st.integers(0, len(FULL)),
)
def test_a_damaged_file_is_described_too(changes: list[tuple[int, int]], length: int) -> None:
    content = bytearray(FULL)
    for at, value in changes:
        content[at] = value
    assert _read(bytes(content)).path == "pkg/demo.so"
    assert _read(bytes(content)[:length]).path == "pkg/demo.so"


@given(
    st.binary(max_size=2000),
    st.integers(1, 300),
    st.lists(st.tuples(st.integers(-5, 2100), st.integers(-5, 500)), max_size=8),
)
def test_a_window_gives_what_slicing_gives(content: bytes, chunk: int, wanted: list[tuple[int, int]]) -> None:
    window = _window(content, chunk=chunk)
    for offset, length in wanted:
        if offset < 0 or length < 0 or offset + length > len(content):
            with pytest.raises(Outside):
                window.at(offset, length)
        else:
            assert window.at(offset, length) == content[offset : offset + length]


def test_a_window_goes_back_to_what_has_passed_by_and_not_for_ever() -> None:
    size = 64 << 20
    starts = []

    def content() -> Iterator[bytes]:
        starts.append(1)
        for number in range(64):
            yield bytes([number]) * (1 << 20)

    window = Window(content, size)
    assert window.at(60 << 20, 4) == bytes([60]) * 4
    assert window.at(20 << 20, 4) == bytes([20]) * 4
    assert window.at((19 << 20) - 2, 4) == bytes([18, 18, 19, 19])
    assert window.at(60 << 20, 4) == bytes([60]) * 4
    assert len(starts) == 2


def test_a_file_that_is_shorter_than_promised_ends_the_reading() -> None:
    with pytest.raises(Outside):
        Window(lambda: [b"abc"], 10).at(0, 8)
