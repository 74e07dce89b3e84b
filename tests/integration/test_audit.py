"""The audit of real wheels, and of what a real linker makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.uv import Uv
from lambda_ci.lock.resolve import Resolver, lock
from lambda_ci.main import SystemClock
from lambda_ci.model.target import Architecture, Target
from lambda_ci.package.audit.elf import read
from lambda_ci.package.audit.window import Window
from lambda_ci.wheels.fetch import Depot, fetch
from tests.fakes.audited import Audited
from tests.fakes.project import Project
from tests.fakes.quiet import quiet

if TYPE_CHECKING:
    from pathlib import Path

WHEELS = "numpy==2.3.5\npandas==2.3.3\ncryptography\norjson\npydantic\n"
RIGHT = [Target("python3.13", Architecture.X86_64), Target("python3.13", Architecture.ARM64)]


def _audited(tmp_path: Path, target: Target) -> Audited:
    """A function with the wheels that are right for this target."""
    audited = Audited(Project(tmp_path / "function"))
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(WHEELS)
    console, _ = quiet(SystemClock())
    cache, environ = tmp_path / "cache", dict(os.environ)
    found = lock(requirements, target, Resolver(uv=Uv(environ), cache_dir=cache, console=console))
    [wheels] = fetch([found], Depot.of(cache, console=console, environ=environ))
    audited.project.wheels.extend(wheels)
    audited.project.spec |= {"runtime": target.runtime, "architecture": target.architecture}
    return audited


@pytest.mark.network
@pytest.mark.parametrize("target", RIGHT, ids=str)
def test_wheels_for_the_target_have_no_findings(tmp_path: Path, target: Target) -> None:
    audited = _audited(tmp_path, target)
    assert audited.warnings() == ()
    notes = list((tmp_path / "cache").rglob("audit-*.json"))
    assert len(notes) == len(audited.project.wheels)
    assert audited.warnings() == ()


@pytest.mark.network
@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target("python3.13", Architecture.ARM64), "is for Python 3.13 on x86_64-linux-gnu: python3.13 on arm64"),
        (Target("python3.12", Architecture.X86_64), "is for Python 3.13: python3.12 on x86_64 does not see it"),
    ],
    ids=str,
)
def test_wheels_for_another_target_are_refused(tmp_path: Path, target: Target, said: str) -> None:
    audited = _audited(tmp_path, RIGHT[0])
    audited.project.spec |= {"runtime": target.runtime, "architecture": target.architecture}
    assert said in audited.refusal()


@pytest.mark.network
def test_a_wheel_for_any_newer_python_may_still_want_a_newer_c_library(tmp_path: Path) -> None:
    audited = _audited(tmp_path, RIGHT[0])
    audited.project.wheels = [wheel for wheel in audited.project.wheels if wheel.name == "cryptography"]
    audited.project.spec["runtime"] = "python3.11"
    text = audited.refusal()
    assert "needs GLIBC_2.3" in text
    assert "`runtime: python3.12` or later" in text


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler")
def test_what_a_real_linker_writes_is_read(tmp_path: Path) -> None:
    source = tmp_path / "demo.c"
    source.write_text("#include <math.h>\ndouble PyInit_demo(double x) { return exp(x); }\n")
    library = tmp_path / "demo.so"
    options = ["-shared", "-fPIC", "-fno-builtin", "-Wl,-soname,libdemo.so.1", "-Wl,--enable-new-dtags"]
    places = ["-Wl,-rpath,$ORIGIN/../demo.libs", "-lm"]
    subprocess.run(["gcc", *options, str(source), "-o", str(library), *places], check=True, timeout=300)
    content = library.read_bytes()
    binary = read("demo.so", Window(lambda: [content], len(content)))
    assert (binary.fault, binary.soname, binary.runpath, binary.module) == (
        "",
        "libdemo.so.1",
        ("$ORIGIN/../demo.libs",),
        True,
    )
    assert {"libm.so.6", "libc.so.6"} >= set(binary.needed) >= {"libm.so.6"}
    assert any(library == "libm.so.6" and name.startswith("GLIBC_2.") for library, name in binary.symbols)


@pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler")
@pytest.mark.parametrize(("option", "interpreted"), [("-pie", True), ("-static", False), ("-static-pie", False)])
def test_programs_are_told_from_libraries(tmp_path: Path, option: str, *, interpreted: bool) -> None:
    source = tmp_path / "tool.c"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["gcc", option, str(source), "-o", str(tmp_path / "tool")], check=True, timeout=300)
    content = (tmp_path / "tool").read_bytes()
    binary = read("bin/tool", Window(lambda: [content], len(content)))
    assert (binary.kind, binary.fault, bool(binary.interpreter)) == ("program", "", interpreted)
