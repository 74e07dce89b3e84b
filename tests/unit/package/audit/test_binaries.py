from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.target import Architecture
from tests.fakes.elf import AARCH64, EXEC, I386, REL, elf
from tests.fakes.wheels import Entry

if TYPE_CHECKING:
    from tests.fakes.audited import Audited

MODULE = "demo/_core.cpython-311-x86_64-linux-gnu.so"
GOOD = elf(needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.17"]})
LD = "/lib64/ld-linux-x86-64.so.2"


def test_a_package_that_would_work_has_no_findings(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: GOOD, "demo.libs/libx-1a2b.so.1": elf(), "demo/part.o": elf(kind=REL, machine=3)})
    audited.wheel("abi", {"abi/core.abi3.so": GOOD}, tag="cp39-abi3-manylinux_2_17_x86_64")
    audited.wheel("plain", {"plain/core.so": elf(symbols=["PyInit_core"])})
    audited.project.write("bin/tool", elf(kind=EXEC, static=True)).chmod(0o755)
    assert audited.warnings() == ()


def test_an_error_names_file_distribution_wheel_and_remedy(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(machine=AARCH64)})
    text = audited.refusal()
    assert "A file of the package would not work on python3.11 on x86_64 (glibc 2.26)" in text
    assert f"demo (demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl):\n    {MODULE}: is for" in text
    assert "is for aarch64, and the function runs on x86_64" in text
    assert "or set `architecture: arm64`" in text
    assert "`audit: {waive: [demo]}`" in text


def test_what_was_built_for_arm_runs_on_arm(audited: Audited) -> None:
    audited.project.spec["architecture"] = Architecture.ARM64
    audited.wheel("demo", {"demo/_core.cpython-311-aarch64-linux-gnu.so": elf(machine=AARCH64)})
    assert audited.warnings() == ()


def test_32_bits_are_refused(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(machine=I386, bits=32)})
    assert "is for x86, 32 bits" in audited.refusal()


@pytest.mark.parametrize(
    ("version", "runtime", "later"),
    [
        ("GLIBC_2.27", "python3.11", "python3.12"),
        ("GLIBC_2.35", "python3.13", ""),
        ("GLIBC_ABI_DT_RELR", "python3.13", ""),
    ],
)
def test_a_newer_c_library_than_the_runtimes_is_refused(
    audited: Audited, version: str, runtime: str, later: str
) -> None:
    audited.project.spec["runtime"] = runtime
    tag = runtime.removeprefix("python3.")
    path = f"demo/_core.cpython-3{tag}-x86_64-linux-gnu.so"
    audited.wheel("demo", {path: elf(versions={"libm.so.6": ["GLIBC_2.17", version]})})
    text = audited.refusal()
    assert f"needs {version} of libm.so.6, and {runtime} has GLIBC_2." in text
    assert (f"`runtime: {later}` or later" in text) is bool(later)


@pytest.mark.parametrize(
    ("library", "version", "refused"),
    [
        ("libstdc++.so.6", "GLIBCXX_3.4.24", False),
        ("libstdc++.so.6", "GLIBCXX_3.4.25", True),
        ("libstdc++.so.6", "CXXABI_1.3.11", False),
        ("libstdc++.so.6", "CXXABI_1.3.12", True),
        ("libstdc++.so.6", "CXXABI_TM_1", False),
        ("libgcc_s.so.1", "GCC_7.0.0", False),
        ("libgcc_s.so.1", "GCC_12.0.0", True),
        ("libc.so.6", "GLIBC_PRIVATE", False),
        ("libown.so.1", "OWN_9.9", False),
    ],
)
def test_versions_of_the_compilers_libraries_are_compared(
    audited: Audited, library: str, version: str, *, refused: bool
) -> None:
    audited.wheel("demo", {MODULE: elf(versions={library: [version]}), "demo.libs/libown.so.1": elf()})
    if refused:
        assert f"needs {version} of {library}" in audited.refusal()
    else:
        assert audited.warnings() == ()


def test_what_only_newer_images_have_is_a_warning(audited: Audited) -> None:
    audited.project.spec["runtime"] = "python3.13"
    module = elf(versions={"libstdc++.so.6": ["GLIBCXX_3.4.30"]})
    audited.wheel("demo", {"demo/_core.cpython-313-x86_64-linux-gnu.so": module})
    [warning] = audited.warnings()
    assert "needs GLIBCXX_3.4.30 of libstdc++.so.6, and python3.13 has GLIBCXX_3.4.29" in warning


def test_a_standard_library_of_cpp_in_the_package_counts_instead_of_the_images(audited: Audited) -> None:
    module = elf(needed=["libstdc++.so.6"], rpath="$ORIGIN/lib", versions={"libstdc++.so.6": ["GLIBCXX_3.4.32"]})
    audited.wheel("demo", {MODULE: module, "demo/lib/libstdc++.so.6": elf(soname="libstdc++.so.6")})
    assert audited.warnings() == ()


def test_the_images_library_comes_before_one_on_a_runpath(audited: Audited) -> None:
    module = elf(needed=["libstdc++.so.6"], runpath="$ORIGIN", versions={"libstdc++.so.6": ["GLIBCXX_3.4.32"]})
    audited.wheel("demo", {MODULE: module, "demo/libstdc++.so.6": elf(soname="libstdc++.so.6")})
    [warning] = audited.warnings()
    assert "needs GLIBCXX_3.4.32" in warning


@pytest.mark.parametrize(
    ("rpath", "path"),
    [
        ("$ORIGIN/../demo.libs", "demo.libs/libx.so.1"),
        ("${ORIGIN}", "demo/libx.so.1"),
        ("/nowhere:$ORIGIN/deep/er", "demo/deep/er/libx.so.1"),
        ("/var/task/else", "else/libx.so.1"),
        ("", "lib/libx.so.1"),
        ("", "libx.so.1"),
        ("", "elsewhere/libx.so.1"),
    ],
)
@pytest.mark.parametrize("old", [True, False])
def test_libraries_in_the_package_are_found(audited: Audited, rpath: str, path: str, *, old: bool) -> None:
    paths = {"rpath": rpath} if old else {"runpath": rpath}
    audited.wheel("demo", {MODULE: elf(needed=["libx.so.1"], **paths), path: elf(soname="libx.so.1")})  # type: ignore[arg-type] # texts
    assert audited.warnings() == ()


def test_a_library_is_found_by_the_name_it_gives_itself(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(needed=["libx.so.1"])})
    audited.wheel("other", {"other/libx.so.1.2.3": elf(soname="libx.so.1")})
    assert audited.warnings() == ()


def test_a_library_for_another_machine_is_not_found(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(needed=["libx.so.1"]), "demo/libx.so.1": elf(machine=AARCH64)})
    text = audited.refusal()
    assert "needs libx.so.1, which neither the package nor Lambda's image has" in text


def test_a_missing_library_is_an_error_with_its_remedy(audited: Audited) -> None:
    audited.wheel("opencv-python", {"cv2/cv2.abi3.so": elf(needed=["libGL.so.1"])})
    text = audited.refusal()
    assert "needs libGL.so.1" in text
    assert "Depend on opencv-python-headless instead" in text


def test_a_missing_library_may_come_with_a_layer(audited: Audited) -> None:
    audited.project.spec["layers"] = ("arn:aws:lambda:eu-west-1:123456789012:layer:libs:1",)
    audited.wheel("demo", {MODULE: elf(needed=["libx.so.1"])})
    [warning] = audited.warnings()
    assert "must come with one of the layers" in warning


def test_a_library_that_aws_does_not_promise_is_a_warning(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(needed=["libcurl.so.4"])})
    [warning] = audited.warnings()
    assert "AWS does not promise it" in warning


def test_a_library_that_the_distribution_does_without_is_nothing(audited: Audited) -> None:
    audited.wheel("numba", {"numba/np/ufunc/tbbpool.cpython-311-x86_64-linux-gnu.so": elf(needed=["libtbb.so.12"])})
    assert audited.warnings() == ()


def test_pythons_own_library_is_there_for_the_right_python_only(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(needed=["libpython3.11.so.1.0"])})
    assert audited.warnings() == ()
    audited.wheel("other", {"other/x.abi3.so": elf(needed=["libpython3.12.so.1.0"])})
    assert "needs libpython3.12.so.1.0" in audited.refusal()


def test_an_own_library_where_nobody_looks_is_a_warning(audited: Audited) -> None:
    audited.project.write("vendor/core.so", elf(needed=["libx.so.1"], symbols=["PyInit_core"]))
    audited.project.write("libs/libx.so.1", elf())
    [warning] = audited.warnings()
    assert "which is in the package at 'libs/libx.so.1', where it is not looked for" in warning
    audited.project.spec["environment"] = {"LD_LIBRARY_PATH": "/var/task/libs:/opt/lib"}
    assert audited.warnings() == ()


def test_plugins_that_lack_a_library_are_warnings(audited: Audited) -> None:
    audited.wheel("demo", {"demo/plugins/libqxcb.so": elf(needed=["libxcb.so.1"])})
    [warning] = audited.warnings()
    assert "needs libxcb.so.1" in warning


@pytest.mark.parametrize("content", [b"\x7fELF", b"\x7fELF\2\1\1" + bytes(57), GOOD[:150]])
def test_a_damaged_binary_is_a_finding(audited: Audited, content: bytes) -> None:
    audited.wheel("demo", {MODULE: content})
    assert "is damaged: it" in audited.refusal()


def test_own_programs_are_checked(audited: Audited) -> None:
    audited.project.write("bin/tool", elf(interpreter=LD, needed=["libc.so.6"]))
    [warning] = audited.warnings()
    assert "is a program, and not executable" in warning
    audited.project.write("bin/tool", elf(interpreter=LD, machine=AARCH64)).chmod(0o755)
    assert "the function's own files:\n    bin/tool: is for aarch64" in audited.refusal()
    audited.project.write("bin/tool", elf(interpreter="/nix/store/abc/ld-linux-x86-64.so.2"))
    assert "is started by /nix/store/abc/ld-linux-x86-64.so.2" in audited.refusal()
    audited.project.write("bin/tool", elf(interpreter="/lib/ld-musl-x86_64.so.1"))
    assert "musl" in audited.refusal()


def test_own_programs_for_several_machines_are_a_warning(audited: Audited) -> None:
    audited.project.write("bin/x86_64/tool", elf(kind=EXEC, static=True)).chmod(0o755)
    audited.project.write("bin/arm64/tool", elf(kind=EXEC, static=True, machine=AARCH64)).chmod(0o755)
    [warning] = audited.warnings()
    assert "bin/arm64/tool: is for aarch64" in warning


def test_an_absolute_library_outside_of_the_package_is_missing(audited: Audited) -> None:
    audited.wheel("demo", {MODULE: elf(needed=["/home/ci/libx.so"])})
    assert "needs /home/ci/libx.so" in audited.refusal()


def test_debugging_symbols_and_odd_own_data_do_not_stop_a_build(audited: Audited) -> None:
    audited.wheel("demo", {"demo/libx.so.debug": b"\x7fELF nothing", "demo/data.bin": b"\x7fELF nothing"})
    audited.project.write("data.bin", b"\x7fELF nothing")
    assert [warning.partition(": is damaged")[0] for warning in audited.warnings()] == [
        "data.bin",
        "demo/data.bin (demo)",
    ]


def test_every_binary_of_the_functions_own_folder_is_read_whatever_its_name(audited: Audited) -> None:
    audited.project.write("deep/er/tool.data", elf(machine=AARCH64, kind=EXEC, static=True)).chmod(0o755)
    assert "deep/er/tool.data: is for aarch64" in audited.refusal()


def test_binaries_in_a_wheels_data_folder_are_read_where_they_end_up(audited: Audited) -> None:
    audited.wheel("demo", {f"demo-1.0.data/platlib/{MODULE}": elf(machine=AARCH64)})
    assert f"    {MODULE}: is for aarch64" in audited.refusal()


@pytest.mark.parametrize("method", [0, 12, 14])
def test_binaries_in_any_compression_are_read(audited: Audited, method: int) -> None:
    audited.wheel("demo", {MODULE: Entry(elf(machine=AARCH64), method=method)})
    assert f"    {MODULE}: is for aarch64" in audited.refusal()
