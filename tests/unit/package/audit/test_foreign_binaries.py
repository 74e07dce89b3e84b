"""Binaries that were made for another Python, another machine or another C library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.target import Architecture
from tests.fakes.audited import ANY
from tests.fakes.elf import AARCH64, I386, elf

if TYPE_CHECKING:
    from tests.fakes.audited import Audited

MODULE = "demo/_core.cpython-311-x86_64-linux-gnu.so"
GOOD = elf(needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.17"]})
LD = "/lib64/ld-linux-x86-64.so.2"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("demo/_core.cpython-312-x86_64-linux-gnu.so", "is for Python 3.12: python3.11 on x86_64 does not see it"),
        ("demo/_core.cpython-311-aarch64-linux-gnu.so", "is for Python 3.11 on aarch64-linux-gnu"),
        ("demo/_core.cpython-311-x86_64-linux-musl.so", "is for Python 3.11 on x86_64-linux-musl"),
        ("demo/_core.cpython-313t-x86_64-linux-gnu.so", "is for Python 3.13 without the GIL"),
        (
            "demo/_core.pypy310-pp73-x86_64-linux-gnu.so",
            "is for another kind of Python (pypy310-pp73-x86_64-linux-gnu)",
        ),
    ],
)
def test_a_module_for_another_python_is_refused(audited: Audited, path: str, said: str) -> None:
    audited.wheel("demo", {path: elf()})
    text = audited.refusal()
    assert said in text
    assert ("or set `runtime: python3.12`" in text) is ("312" in path)


@pytest.mark.parametrize("sibling", [MODULE, "demo/_core.abi3.so", "demo/_core.py", "demo/_core/__init__.py"])
def test_a_module_for_another_python_beside_one_for_this_one_is_nothing(audited: Audited, sibling: str) -> None:
    content = elf() if sibling.endswith(".so") else b""
    audited.wheel("demo", {"demo/_core.cpython-312-x86_64-linux-gnu.so": elf(), sibling: content}, tag=ANY)
    assert audited.warnings() == ()


def test_a_left_over_module_for_another_python_is_a_warning(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(), "demo/_fast.cpython-310-x86_64-linux-gnu.so": elf()})
    [warning] = audited.warnings()
    assert "is for Python 3.10" in warning


def test_a_module_for_macos_that_was_put_into_the_source_is_refused(audited: Audited) -> None:
    audited.project.write("vendor/core.cpython-311-darwin.so", b"\xcf\xfa\xed\xfe" + bytes(100))
    assert "is for Python 3.11 on darwin" in audited.refusal()
    audited.project.write("vendor/core.cpython-311-darwin.so", b"text")
    audited.project.write("vendor/core.so", b"\xcf\xfa\xed\xfe" + bytes(100))
    assert "is for macOS" in audited.refusal()


@pytest.mark.parametrize("needed", ["libc.musl-x86_64.so.1", "libc.so"])
def test_what_was_built_for_musl_is_refused(audited: Audited, needed: str) -> None:
    audited.wheel("demo", {MODULE: elf(needed=[needed])})
    assert "is for systems with musl (Alpine Linux), and Lambda's have glibc" in audited.refusal()


def test_a_library_for_musl_beside_one_for_glibc_is_a_warning(audited: Audited) -> None:
    files = {"demo/x-glibc.so.1": GOOD, "demo/x-musl.so.1": elf(needed=["libc.musl-x86_64.so.1"])}
    audited.wheel("demo", files)
    [warning] = audited.warnings()
    assert "demo/x-musl.so.1 (demo): is for systems with musl" in warning


def test_a_wheel_for_every_platform_may_carry_binaries_for_several(audited: Audited) -> None:
    tools = {"demo/linux/tool": elf(machine=AARCH64, interpreter="/lib/ld-linux-aarch64.so.1")}
    libraries = {"demo/attach_amd64.so": elf(), "demo/attach_x86.so": elf(machine=I386, bits=32)}
    audited.wheel("demo", tools | libraries, tag=ANY)
    assert audited.warnings() == ()
    audited.project.spec["architecture"] = Architecture.ARM64
    audited.project.wheels.clear()
    audited.wheel("demo", libraries, tag=ANY)
    assert len(audited.warnings()) == 2


def test_a_wheel_for_every_platform_with_a_library_for_one_other_machine_is_refused(audited: Audited) -> None:
    audited.wheel("demo", {"demo/libdemo.so": elf(machine=AARCH64)}, tag=ANY)
    assert "is for aarch64" in audited.refusal()
