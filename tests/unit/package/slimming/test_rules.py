"""What the rules tests, stubs and headers leave out, and what they must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.slimmed import Slimmed


def test_without_a_word_everything_is_packaged(slimmed: Slimmed) -> None:
    files = {"demo/__init__.py": b"", "demo/tests/test_a.py": b"", "demo/a.pyi": b"", "demo/a.h": b""}
    slimmed.wheel("demo", files)
    package = slimmed.package()
    assert {member.path for member in package.members} > files.keys()
    assert package.savings == ()


def test_test_code_below_the_top_folder_is_left_out(slimmed: Slimmed) -> None:
    stays = {"demo/__init__.py": b"", "demo/testing/__init__.py": b"", "demo/sub/a.py": b"", "tests/test_top.py": b""}
    goes = {
        "demo/tests/__init__.py": b"",
        "demo/tests/test_a.py": b"",
        "demo/tests/data/a.csv": b"1",
        "demo/sub/tests/a.py": b"",
        "demo/sub/test/test_b.py": b"",
        "demo/conftest.py": b"",
        "demo/tests/__pycache__/test_a.cpython-311.pyc": b"x",
    }
    slimmed.wheel("demo", stays | goes)
    assert slimmed.slim("tests") == stays.keys()
    [saving] = slimmed.package(slim=("tests",)).savings
    assert (saving.rule, saving.files, saving.size) == ("tests", len(goes), 2)


@pytest.mark.parametrize(
    "line",
    [
        "from demo.tests import helper",
        "from demo.tests.helper import x",
        "import demo.tests.helper",
        "import os, demo.tests.helper as h",
        "    from .tests import (\n  other,  # a comment\n  helper,\n)",
        "from .tests.helper import x",
        "from . import tests",
        "import importlib; importlib.import_module('demo.tests.helper')",
    ],
)
def test_test_code_that_the_library_imports_stays_with_its_data(slimmed: Slimmed, line: str) -> None:
    stays = {
        "demo/__init__.py": line.encode(),
        "demo/tests/__init__.py": b"",
        "demo/tests/helper.py": b"",
        "demo/tests/data.json": b"{}",
    }
    slimmed.wheel("demo", {**stays, "demo/tests/test_a.py": b"", "demo/sub/tests/test_b.py": b""})
    assert slimmed.slim("tests") == stays.keys()


def test_what_test_code_that_stays_imports_stays_too(slimmed: Slimmed) -> None:
    stays = {
        "demo/__init__.py": b"from demo.tests import helper",
        "demo/tests/helper.py": b"from ..sub.tests.more import x\nfrom .test_needed import y",
        "demo/tests/test_needed.py": b"",
        "demo/sub/tests/more.py": b"",
    }
    slimmed.wheel("demo", {**stays, "demo/tests/test_a.py": b"", "demo/other/tests/more.py": b""})
    assert slimmed.slim("tests") == stays.keys()


def test_a_folder_test_without_test_modules_is_no_test_code(slimmed: Slimmed) -> None:
    stays = {"demo/test/__init__.py": b"", "demo/test/client.py": b"", "demo/__init__.py": b""}
    slimmed.wheel("demo", stays)
    assert slimmed.slim("tests") == stays.keys()


def test_type_information_is_left_out(slimmed: Slimmed) -> None:
    stays = {
        "demo/__init__.py": b"",
        "demo/typeshed/stdlib/os.pyi": b"",
        "demo/lazy.py": b"lazy_loader.attach_stub(__name__, __file__)",
        "demo/lazy.pyi": b"",
    }
    slimmed.wheel(
        "demo", {**stays, "demo/py.typed": b"", "demo/__init__.pyi": b"", "demo-stubs/a.pyi": b"", "demo-stubs/x": b""}
    )
    assert slimmed.slim("stubs") == stays.keys()


def test_a_distribution_of_stubs_keeps_its_metadata(slimmed: Slimmed) -> None:
    slimmed.wheel("types-demo", {"demo-stubs/__init__.pyi": b"", "demo-stubs/METADATA.toml": b""})
    package = slimmed.package(slim=("stubs",))
    assert {member.path for member in package.members if member.distribution} == {
        "types_demo-1.0.dist-info/METADATA",
        "types_demo-1.0.dist-info/entry_points.txt",
        "types_demo-1.0.dist-info/licenses/LICENSE",
        "types_demo-1.0.dist-info/RECORD",
    }


def test_what_compilers_read_is_left_out(slimmed: Slimmed) -> None:
    stays = {
        "demo/__init__.py": b"SOURCE = open('read_at_run_time.h').read()",
        "demo/read_at_run_time.h": b"",
        "demo/data.bin": b"",
        "demo/include/LICENSE.txt": b"",
        "top.c": b"",
    }
    goes = [
        "demo/include/a.h",
        "demo/a.pyx",
        "demo/a.pxd",
        "demo/a.cpp",
        "demo/lib/libx.a",
        "demo/cmake/x.cmake",
        "demo/x.pc",
    ]
    slimmed.wheel("demo", {**stays, **dict.fromkeys(goes, b"")})
    assert slimmed.slim("headers") == stays.keys()


@pytest.mark.parametrize("name", ["triton", "cupy-cuda12x", "numba-cuda", "PyOpenCL", "torch"])
def test_what_compiles_at_run_time_keeps_its_sources(slimmed: Slimmed, name: str) -> None:
    slimmed.wheel(name, {"demo/__init__.py": b"", "demo/include/a.h": b""})
    assert "demo/include/a.h" in slimmed.slim("headers")


def test_own_files_are_never_left_out(slimmed: Slimmed) -> None:
    own = ["pkg/tests/test_a.py", "pkg/a.pyi", "pkg/py.typed", "pkg/a.h", "pkg/conftest.py"]
    for path in own:
        slimmed.project.write(path, "")
    assert slimmed.slim("tests", "stubs", "headers", "duplicates") == set(own)


def test_each_rule_says_what_it_saves(slimmed: Slimmed) -> None:
    slimmed.wheel(
        "demo", {"demo/__init__.py": b"", "demo/tests/test_a.py": b"12", "demo/a.pyi": b"123", "demo/a.h": b"1234"}
    )
    savings = slimmed.package(slim=("headers", "stubs", "tests")).savings
    assert {one.rule: (one.files, one.size) for one in savings} == {"tests": (1, 2), "stubs": (1, 3), "headers": (1, 4)}
    assert all(one.compressed_size > 0 for one in savings)
