"""Layers and what lies above them: paths, bytes, Python's search, libraries, dependencies, and Lambda's limits."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from tests.fakes.elf import elf
from tests.fakes.layered import Layered
from tests.fakes.project import HANDLER
from tests.fakes.wheels import archive, put

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "demo/_core.cpython-311-x86_64-linux-gnu.so"
ARN = "arn:aws:lambda:eu-west-1:210987654321:layer:theirs:3"


@pytest.fixture
def layered(tmp_path: Path) -> Layered:
    project = Layered(tmp_path)
    project.write("app.py", HANDLER)
    return project


def refusal(layered: Layered) -> str:
    with pytest.raises(PackageError) as caught:
        layered.assemble()
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_dependencies_go_under_python(layered: Layered) -> None:
    layered.layer("deps", {"demo": {"demo/__init__.py": b"", "demo-1.0.data/data/etc/demo.conf": b"x"}})
    assert layered.held() == ["python/demo/__init__.py", "python/etc/demo.conf"]
    assert layered.assemble().warnings == ()
    assert layered.paths() == ["app.py"]


def test_own_files_are_modules_but_for_the_folders_that_mean_something(layered: Layered) -> None:
    own = {"common.py": b"", "kit/__init__.py": b"", "bin/tool": b"#!", "lib/libx.so": b"x", "python/more.py": b""}
    layered.layer("shared", own=own)
    assert layered.held() == [
        "bin/tool", "lib/libx.so", "python/common.py", "python/kit/__init__.py", "python/more.py",
    ]  # fmt: skip


def test_a_package_named_as_such_a_folder_is_a_package(layered: Layered) -> None:
    layered.layer("shared", own={"lib/__init__.py": b"", "lib/x.py": b""})
    assert layered.held() == ["python/lib/__init__.py", "python/lib/x.py"]


def test_what_is_ignored_stays_out_of_a_layer_too(layered: Layered) -> None:
    layered.layer("shared", own={"common.py": b"", "notes.md": b"", ".lambdaignore": b"*.md\n"}, exclude=("*.tmp",))
    (layered.root / "shared" / "x.tmp").write_bytes(b"")
    assert layered.held() == ["python/common.py"]


def test_the_same_inputs_give_the_same_bytes(layered: Layered, tmp_path: Path) -> None:
    files = {"demo/__init__.py": b"x = 1", "demo/data.txt": b"y" * 5000}
    layered.layer("deps", {"demo": files}, own={"common.py": b"z"})
    other = Layered(tmp_path / "elsewhere")
    other.layer("deps", {"demo": files}, own={"common.py": b"z"})
    os.utime(tmp_path / "elsewhere" / "deps" / "common.py", (0, 0))
    digests = {one.trees()[0].built.package.sha256 for one in (layered, other)}
    assert len(digests) == 1
    path = layered.trees()[0].built.package.path
    assert {hashlib.sha256(path.read_bytes()).hexdigest()} == digests


def test_a_layer_and_a_package_that_are_there_are_not_made_again(layered: Layered) -> None:
    layered.layer("deps", {"demo": {"demo/__init__.py": b""}})
    layered.assemble()
    path = layered.trees()[0].built.package.path
    written = path.stat().st_ino
    layered.assemble()
    assert path.stat().st_ino == written


def test_a_package_is_checked_anew_when_only_a_layer_changed(layered: Layered) -> None:
    layered.layer("deps", {"demo": {"wrapper.py": HANDLER.encode()}})
    layered.spec["handler"] = "wrapper.handler"
    assert layered.assemble().warnings == ()
    layered.layers.clear()
    layered.layer("deps", {"demo": {"other.py": b""}}, version="2.0")
    assert "'wrapper.handler' is neither in the package nor in its layers" in refusal(layered)


def test_an_empty_layer_is_refused(layered: Layered) -> None:
    layered.layer("deps", own={})
    (layered.root / "deps").mkdir()
    assert "The layer deps is empty" in refusal(layered)


@pytest.mark.parametrize(
    ("task", "opt", "handler", "found"),
    [
        ({}, {"wrapper.py": "handler"}, "wrapper.handler", True),
        ({}, {"wrapper.py": "other"}, "wrapper.handler", False),
        ({"pkg/__init__.py": ""}, {"pkg/__init__.py": "", "pkg/app.py": "handler"}, "pkg.app.handler", False),
        ({"pkg/mine.py": ""}, {"pkg/app.py": "handler"}, "pkg.app.handler", True),
        ({"pkg/app.py": "handler"}, {"pkg/__init__.py": ""}, "pkg.app.handler", False),
        ({"pkg/__init__.py": "", "pkg/app.py": "handler"}, {"pkg/app.py": "other"}, "pkg.app.handler", True),
        ({}, {"lib/wrapper.py": "handler"}, "wrapper.handler", False),
    ],
)
def test_the_handler_is_found_where_python_finds_it(
    layered: Layered, tmp_path: Path, task: dict[str, str], opt: dict[str, str], handler: str, *, found: bool
) -> None:
    def source(name: str) -> str:
        return name and f"def {name}(event, context): ...\n"

    layered.write("unrelated.py", "")
    for path, name in task.items():
        layered.write(path, source(name))
    layered.layer("deps", own={path: source(name).encode() for path, name in opt.items()})
    layered.spec["handler"] = handler
    code = f"import importlib; getattr(importlib.import_module({handler.rpartition('.')[0]!r}), 'handler')"
    place = tmp_path / "lambda"
    (place / "task").mkdir(parents=True)
    for path, name in task.items():
        (place / "task" / path).parent.mkdir(parents=True, exist_ok=True)
        (place / "task" / path).write_text(source(name))
    with zipfile.ZipFile(layered.trees()[0].built.package.path) as archived:
        archived.extractall(place / "opt")
    search = os.pathsep.join([str(place / "task"), str(place / "opt" / "python")])
    really = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": search}, capture_output=True, check=False)
    assert (really.returncode == 0) is found, "as Python itself has it"
    if found:
        layered.assemble()
    else:
        refusal(layered)


def test_a_handler_that_may_be_in_a_layer_of_others_is_only_doubtful(layered: Layered) -> None:
    layered.spec |= {"handler": "wrapper.handler", "layers": ("deps", ARN)}
    layered.layer("deps", own={"common.py": b""})
    [warning] = layered.assemble().warnings
    assert "must come with one of the layers" in warning


def test_libraries_of_a_layer_are_found_in_opt_lib(layered: Layered) -> None:
    layered.wheel("demo", {MODULE: elf(needed=["libx.so.1"])})
    assert "needs libx.so.1" in refusal(layered)
    layered.layer("libs", own={"lib/libx.so.1": elf(soname="libx.so.1")})
    assert layered.assemble().warnings == ()


def test_a_library_elsewhere_in_a_layer_is_not_found(layered: Layered) -> None:
    layered.write("native.so", elf(needed=["libx.so.1"]))
    layered.layer("libs", own={"share/libx.so.1": elf(soname="libx.so.1")})
    warnings = layered.assemble().warnings
    assert any(
        "which is in the package at '/opt/python/share/libx.so.1', where it is not looked for" in one
        for one in warnings
    )


def test_binaries_of_a_layer_are_audited_and_find_their_own_libraries(layered: Layered) -> None:
    module = elf(needed=["libx-1a.so.1"], runpath="$ORIGIN/../demo.libs")
    layered.layer("deps", {"demo": {MODULE: module, "demo.libs/libx-1a.so.1": elf()}})
    assert layered.assemble().warnings == ()
    layered.layers.clear()
    layered.layer("deps", {"demo": {MODULE: elf(machine=183)}}, version="2.0")
    assert "is for aarch64, and the function runs on x86_64" in refusal(layered)
    layered.layers.clear()
    layered.layer("deps", {"demo": {MODULE: elf(machine=183)}}, version="2.0", audit={"waive": ("demo",)})
    assert any(one.startswith("waived: ") for one in layered.assemble().warnings)


def test_dependencies_may_be_met_by_a_layer(layered: Layered) -> None:
    metadata = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: base\n\n"
    content = archive({"demo/__init__.py": b"", "demo-1.0.dist-info/METADATA": metadata})
    layered.wheels.append(put(layered.root / "cache", content, name="demo", version="1.0"))
    assert layered.assemble().warnings == ("demo needs base, which is not in the package",)
    layered.layer("deps", {"base": {"base/__init__.py": b""}})
    assert layered.assemble().warnings == ()


def test_what_the_package_hides_of_a_layer_is_said(layered: Layered) -> None:
    layered.wheel("demo", {"demo/__init__.py": b"new"}, version="2.0")
    layered.wheel("same", {"same.py": b""})
    layered.write("common.py", "")
    layered.layer("deps", {"demo": {"demo/__init__.py": b"old"}, "same": {"same.py": b""}}, own={"common.py": b"other"})
    assert layered.assemble().warnings == (
        "demo 2.0 of the package hides demo 1.0 of the layer deps",
        "same 1.0 is in the package and in the layer deps: one of them is enough",
        "common.py hides the module 'common' of the layer deps",
    )


def test_two_layers_that_are_in_each_others_way_are_refused(layered: Layered) -> None:
    layered.layer("one", {"demo": {"demo/__init__.py": b"old"}})
    layered.layer("two", {"demo": {"demo/__init__.py": b"new"}}, version="2.0")
    text = refusal(layered)
    one, two = "demo-1.0-py3-none-any.whl of the layer one", "demo-2.0-py3-none-any.whl of the layer two"
    assert f"python/demo/__init__.py: {one} and {two}" in text


def test_a_file_of_one_layer_that_is_a_folder_in_another_names_both(layered: Layered) -> None:
    layered.layer("one", {"one": {"demo": b"file"}})
    layered.layer("two", {"two": {"demo/inner.py": b""}})
    text = refusal(layered)
    assert "is a file in one-1.0-py3-none-any.whl of the layer one" in text
    assert "a folder in two-1.0-py3-none-any.whl of the layer two" in text


def test_two_layers_may_share_a_namespace_and_equal_files(layered: Layered) -> None:
    layered.layer("one", {"one": {"space/one.py": b"", "same.py": b""}})
    layered.layer("two", {"two": {"space/two.py": b"", "same.py": b""}})
    assert layered.assemble().warnings == ()


def test_the_limit_counts_the_package_and_its_layers_together(layered: Layered) -> None:
    half = 131_072_000
    with (layered.root / "big").open("wb") as file:
        file.truncate(half - 2000)
    layered.layer("deps", own={"big.bin": b""})
    os.replace(layered.root / "big", layered.root / "deps" / "big.bin")  # noqa: PTH105
    layered.write("data.bin", b"")
    os.truncate(layered.source / "data.bin", half)
    layered.assemble()
    os.truncate(layered.source / "data.bin", half + 4000)
    text = refusal(layered)
    assert "The package and its layers have 250.0 MiB unzipped" in text
    assert "bytes more than Lambda takes" in text


def test_layers_by_arn_cannot_be_counted_which_is_said_where_it_matters(layered: Layered) -> None:
    layered.spec["layers"] = (ARN,)
    assert layered.assemble().warnings == ()
    layered.write("data.bin", b"")
    os.truncate(layered.source / "data.bin", 150_000_000)
    [warning] = layered.assemble().warnings
    assert warning.startswith("a layer given by ARN could not be counted; the rest has 143.1 MiB of the 250 MiB")
