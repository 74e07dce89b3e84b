from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from lambda_ci.package.namespace import declares_namespace
from tests.fakes.wheels import Entry, readable

if TYPE_CHECKING:
    from tests.fakes.project import Project

PKGUTIL = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
PKG_RESOURCES = b"__import__('pkg_resources').declare_namespace(__name__)\n"
BOTH = b"""# Copyright
'''A namespace.'''
try:
    import pkg_resources
    pkg_resources.declare_namespace(__name__)
except ImportError:
    import pkgutil
    __path__ = pkgutil.extend_path(__path__, __name__)
"""


def test_two_wheels_with_different_contents_for_one_path_are_refused(orders: Project) -> None:
    orders.wheel("one", {"shared.py": b"1", "tests/a.py": b"1"})
    orders.wheel("two", {"shared.py": b"2", "tests/a.py": b"22"})
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert "2 paths have different contents" in caught.value.what
    assert "shared.py: one-1.0-py3-none-any.whl and two-1.0-py3-none-any.whl" in caught.value.what


def test_only_the_first_ten_clashes_are_shown(orders: Project) -> None:
    for number, name in enumerate(["one", "two"]):
        orders.wheel(name, {f"shared/{path:02}.py": b"%d" % number for path in range(25)})
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert caught.value.what.count("shared/") == 10
    assert "… and 15 more" in caught.value.what


def test_the_same_content_is_there_once_however_it_is_compressed(orders: Project) -> None:
    orders.wheel("one", {"shared.py": Entry(b"same" * 50, method=0)})
    orders.wheel("two", {"shared.py": Entry(b"same" * 50, method=8)})
    orders.wheel("three", {"shared.py": Entry(b"same" * 50, method=12)})
    package = orders.assemble()
    assert [m.distribution for m in package.members if m.path == "shared.py"] == ["one"]


def test_equal_crc_and_size_are_not_enough_to_be_the_same(orders: Project) -> None:
    orders.wheel("one", {"shared.bin": Entry(b"1234", crc=7)})
    orders.wheel("two", {"shared.bin": Entry(b"4321", crc=7)})
    with pytest.raises(PackageError, match="different contents"):
        orders.assemble()


@pytest.mark.parametrize(("size", "raw"), [(99, None), (20_000_000, None), (10_000_000, b"garbage"), (10_000_000, b"")])
def test_contents_that_are_not_as_stated_are_refused_before_they_fill_the_memory(
    orders: Project, size: int, raw: bytes | None
) -> None:
    for name in ("one", "two"):
        orders.wheel(name, {"bomb.bin": Entry(bytes(10_000_000), size=size, raw=raw)})
    with pytest.raises(PackageError, match=r"one-1.0-py3-none-any.whl (does not hold the|cannot be unpacked at)"):
        orders.assemble()


def test_a_path_twice_in_one_wheel_is_judged_the_same_way(orders: Project) -> None:
    orders.wheel("demo", [("demo.py", b"1"), ("demo.py", b"1")])
    assert orders.paths() == ["app.py", "demo.py"]
    orders.wheel("demo", [("demo.py", b"1"), ("demo.py", b"2")], version="2.0")
    with pytest.raises(PackageError, match=r"demo.py: demo-1.0-py3-none-any.whl and demo-2.0-py3-none-any.whl"):
        orders.assemble()


def test_an_own_file_may_not_replace_a_wheels(orders: Project) -> None:
    own = orders.write("requests/__init__.py", "mine = True\n")
    orders.wheel("requests", {"requests/__init__.py": b"real = True\n"})
    with pytest.raises(PackageError) as caught:
        orders.assemble()
    assert "requests-1.0-py3-none-any.whl" in str(caught.value)
    assert str(own) in str(caught.value)
    own.write_bytes(b"real = True\n")
    assert orders.paths() == ["app.py", "requests/__init__.py"]


@pytest.mark.parametrize("other", [b"", PKG_RESOURCES, BOTH, b"# only a comment\n"])
def test_declarations_of_one_namespace_package_do_not_clash(orders: Project, other: bytes) -> None:
    orders.wheel("one", {"google/__init__.py": other, "google/a.py": b""})
    orders.wheel("two", {"google/__init__.py": PKGUTIL, "google/b.py": b""})
    orders.write("google/__init__.py", "")
    members = readable(orders.assemble().path.read_bytes())
    assert b"extend_path" in members["google/__init__.py"]


@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_the_declaration_that_finds_layers_is_kept_whatever_the_order(orders: Project, names: tuple[str, str]) -> None:
    for name, declared in zip(names, (PKG_RESOURCES, PKGUTIL), strict=True):
        orders.wheel(name, {"google/__init__.py": declared})
    assert readable(orders.assemble().path.read_bytes())["google/__init__.py"] == PKGUTIL


def test_a_declaration_twice_in_one_wheel_does_not_hide_real_code(orders: Project) -> None:
    orders.wheel("one", [("google/__init__.py", b"x = 1\n"), ("google/__init__.py", PKGUTIL)])
    with pytest.raises(PackageError, match="different contents"):
        orders.assemble()


def test_a_namespace_declaration_does_not_hide_real_code(orders: Project) -> None:
    orders.wheel("one", {"google/__init__.py": PKGUTIL})
    orders.wheel("two", {"google/__init__.py": PKGUTIL + b"x = 1\n"})
    with pytest.raises(PackageError, match="different contents"):
        orders.assemble()


@pytest.mark.parametrize(
    "source", [b"x = 1", b"import os", b"def f(): ...", b"(", b"\0", b"try:\n  import x\nexcept ImportError: y()"]
)
def test_what_does_more_declares_no_namespace(source: bytes) -> None:
    assert not declares_namespace(source)


def test_a_file_and_a_folder_of_one_name_are_refused(orders: Project) -> None:
    orders.wheel("one", {"demo": b"a file"})
    orders.wheel("two", {"demo/inner/__init__.py": b""})
    with pytest.raises(PackageError, match=r"'demo' is a file in one-1.0.* and a folder in two-1.0"):
        orders.assemble()


def test_paths_that_differ_only_in_case_are_a_warning(orders: Project) -> None:
    orders.wheel("demo", {"demo/A.py": b"", "demo/a.py": b"", "ﬁ/É.py": b"", "ﬁ/é.py": b"", "ﬁ/e\u0301.py": b""})
    (warning,) = orders.assemble().warnings
    assert "demo/A.py and demo/a.py" in warning
    assert "differ only in case" in warning


def test_the_order_of_the_wheels_does_not_matter(orders: Project) -> None:
    for name in ("one", "two", "three"):
        orders.wheel(name, {"shared.py": Entry(b"same", method=0 if name == "two" else 8), f"{name}.py": b""})
    first = orders.assemble().sha256
    orders.wheels.reverse()
    assert orders.assemble().sha256 == first
