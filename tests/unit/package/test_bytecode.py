"""Bytecode in a package: which of it, whether at all, and that nothing else of the package changes by it."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.artifact import NO_BYTECODE, Bytecode, Compiled, Overlay, OwnBytecode
from lambda_ci.model.platform import facts
from lambda_ci.model.settings import Layer
from lambda_ci.model.spec.packages import LayerSpec, PackageSpec
from lambda_ci.package.assemble import Contents, assemble, assemble_layer, files_of
from lambda_ci.package.bytecode import too_much
from lambda_ci.package.file import STORED, File
from lambda_ci.package.overlays import is_bytecode, source_of
from lambda_ci.package.sources import Folder
from lambda_ci.package.wheel_pool import WheelPool
from tests.fakes.wheels import archive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.artifact import Package
    from tests.fakes.project import Project

PLACE = "Python 3.11.7 on this machine"
PYC = "__pycache__/{}.cpython-311.pyc"


def overlay(project: Project, name: str, files: Mapping[str, bytes]) -> Overlay:
    content = archive(files)
    path = project.root / f"{name}.overlay.zip"
    path.write_bytes(content)
    return Overlay(path=path, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def compile_wheel(project: Project, number: int, files: Mapping[str, bytes]) -> None:
    wheel = project.wheels[number]
    beside = overlay(project, f"{wheel.name}{len(wheel.overlays)}", files)
    project.wheels[number] = replace(wheel, overlays=(*wheel.overlays, beside))


def assembled(project: Project, compiled: Compiled | None = None) -> Package:
    own = files_of(project.function, output_dir=project.output_dir)
    contents = Contents(wheels=project.wheels, own=own, compiled=compiled or Compiled(place=PLACE))
    return assemble(project.function, contents, WheelPool(), output_dir=project.output_dir)


def content(package: Package, path: str) -> bytes:
    with zipfile.ZipFile(package.path) as opened:
        return opened.read(path)


def paths(package: Package) -> list[str]:
    return [member.path for member in package.members if ".dist-info/" not in member.path]


def test_bytecode_joins_its_sources_and_counts_with_their_distribution(orders: Project) -> None:
    orders.wheel("one", {"one/__init__.py": b"x = 1", "one/mod.py": b"y = 2"})
    compile_wheel(orders, 0, {f"one/{PYC.format('__init__')}": b"I" * 70, f"one/{PYC.format('mod')}": b"M" * 30})
    own = OwnBytecode(distribution="", version="", overlay=overlay(orders, "own", {PYC.format("app"): b"A"}))
    package = assembled(orders, Compiled(place=PLACE, own=(own,)))
    assert paths(package) == [
        PYC.format("app"),
        "app.py",
        "one/__init__.py",
        f"one/{PYC.format('__init__')}",
        f"one/{PYC.format('mod')}",
        "one/mod.py",
    ]
    assert content(package, f"one/{PYC.format('mod')}") == b"M" * 30
    lines = {line.distribution: line.size for line in package.ledger}
    assert (lines["one"] >= 110, lines[""]) == (True, (orders.source / "app.py").stat().st_size + 1)
    assert (package.bytecode.place, package.bytecode.files, package.bytecode.size) == (PLACE, 3, 101)
    assert package.warnings == ()


def test_only_what_is_in_the_package_has_its_bytecode_there(orders: Project) -> None:
    """Of two declarations of a namespace one is kept: the bytecode must be that of the one."""
    plain, extending = b"# a namespace", b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)"
    orders.wheel("one", {"shared/__init__.py": plain, "shared/one.py": b""})
    orders.wheel("two", {"shared/__init__.py": extending, "shared/two.py": b""})
    compile_wheel(orders, 0, {f"shared/{PYC.format('__init__')}": b"one's", f"shared/{PYC.format('gone')}": b"?"})
    compile_wheel(orders, 1, {f"shared/{PYC.format('__init__')}": b"two's"})
    package = assembled(orders)
    assert content(package, "shared/__init__.py") == extending
    assert content(package, f"shared/{PYC.format('__init__')}") == b"two's"
    assert f"shared/{PYC.format('gone')}" not in paths(package)


def test_what_a_wheel_ships_is_replaced_and_other_pythons_are_left_alone(orders: Project) -> None:
    shipped = {
        f"one/{PYC.format('mod')}": b"stale",
        "one/__pycache__/mod.cpython-39.pyc": b"39",
        "one/legacy.pyc": b"l",
    }
    orders.wheel("one", {"one/mod.py": b"y = 2", **shipped})
    compile_wheel(orders, 0, {f"one/{PYC.format('mod')}": b"fresh"})
    package = assembled(orders)
    assert content(package, f"one/{PYC.format('mod')}") == b"fresh"
    assert content(package, "one/__pycache__/mod.cpython-39.pyc") == b"39"
    without = assembled(orders, Compiled())
    assert content(without, f"one/{PYC.format('mod')}") == b"stale"


def test_other_overlays_take_the_place_of_files_also_without_bytecode(orders: Project) -> None:
    orders.wheel("one", {"one/lib.txt": b"large" * 99, "one/mod.py": b""})
    compile_wheel(orders, 0, {"one/lib.txt": b"first"})
    compile_wheel(orders, 0, {"one/lib.txt": b"small", f"one/{PYC.format('mod')}": b"M"})
    for compiled in (Compiled(), Compiled(place=PLACE)):
        assert content(assembled(orders, compiled), "one/lib.txt") == b"small"


def test_what_looks_like_a_data_folder_in_an_overlay_is_none(orders: Project) -> None:
    orders.wheel("one", {"one-1.0.data/purelib/odd.data/mod.py": b"y = 2"})
    compile_wheel(orders, 0, {f"odd.data/{PYC.format('mod')}": b"M"})
    assert paths(assembled(orders)) == ["app.py", f"odd.data/{PYC.format('mod')}", "odd.data/mod.py"]


@pytest.mark.parametrize(("wish", "files"), [("auto", 1), ("required", 1), ("never", 0)])
def test_never_is_never(orders: Project, wish: str, files: int) -> None:
    orders.spec["package"] = {"bytecode": wish}
    orders.wheel("one", {"one.py": b""})
    compile_wheel(orders, 0, {PYC.format("one"): b"O"})
    package = assembled(orders)
    assert package.bytecode.files == files
    assert (PYC.format("one") in paths(package)) is bool(files)


def test_why_there_is_none_is_kept(orders: Project) -> None:
    assert assembled(orders, Compiled(why="there is no Python")).bytecode == Bytecode(why="there is no Python")
    assert assembled(orders, Compiled()).bytecode == NO_BYTECODE


def test_the_users_budget_is_kept_rather_than_bytecode_added(orders: Project) -> None:
    orders.wheel("one", {"one.py": b"x" * 100})
    compile_wheel(orders, 0, {PYC.format("one"): bytes(range(256)) * 40})
    size = assembled(orders, Compiled()).size
    orders.spec["package"] = {"max-size": size + 100}
    package = assembled(orders)
    assert package.size == size
    assert package.bytecode.why.startswith("with it the zip would have")
    orders.spec["package"] = {"max-unpacked-size": package.unpacked_size + 100}
    assert "max-unpacked-size is" in assembled(orders).bytecode.why


LIMITS = facts().limits


def _file(path: str, size: int) -> File:
    return File(
        path=path,
        size=size,
        compressed_size=size,
        method=STORED,
        mode=0o644,
        crc=0,
        offset=0,
        source=Folder("/nowhere"),
    )


@pytest.mark.parametrize(
    ("before", "added", "why"),
    [
        (1000, 1000, ""),
        (LIMITS.unzipped - 10, 10, ""),
        (LIMITS.unzipped - 10, 11, "unzipped, and Lambda has room for 250.0 MiB"),
        (LIMITS.direct_upload - 1000, 900, "Lambda takes 50.0 MiB without S3"),
        (LIMITS.direct_upload - 1000, 500, ""),
        (LIMITS.direct_upload + 1000, 10_000, ""),
    ],
)
def test_bytecode_must_not_cost_the_deployment(before: int, added: int, why: str) -> None:
    sources = [_file("a", before)]
    found = too_much(PackageSpec.model_validate({}), sources, [*sources, _file("b", added)], room=LIMITS.unzipped)
    assert found.endswith(why)
    assert bool(found) is bool(why)


def test_without_a_limit_everything_fits_but_too_many_files_do_not() -> None:
    spec = PackageSpec.model_validate({})
    sources = [_file("a", LIMITS.unzipped * 2)]
    assert too_much(spec, sources, [*sources, _file("b", 10)], room=None) == ""
    many = [_file(str(number), 0) for number in range(70_000)]
    assert "70,000 files" in too_much(spec, sources, many, room=None)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("__pycache__/app.cpython-313.pyc", "app.py"),
        ("a/b/__pycache__/__init__.cpython-313.pyc", "a/b/__init__.py"),
        ("a/__pycache__/b.c.cpython-313.pyc", "a/b.c.py"),
    ],
)
def test_the_source_of_bytecode(path: str, source: str) -> None:
    assert is_bytecode(path)
    assert source_of(path) == source


@pytest.mark.parametrize("path", ["app.pyc", "__pycache__/x.txt", "a__pycache__/b.cpython-313.pyc", "app.py"])
def test_what_is_no_bytecode_of_a_source(path: str) -> None:
    assert not is_bytecode(path)


def test_a_layer_has_it_under_its_own_prefix(orders: Project) -> None:
    orders.wheel("one", {"one/mod.py": b"y = 2"})
    compile_wheel(orders, 0, {f"one/{PYC.format('mod')}": b"M"})
    spec = LayerSpec.model_validate({"runtime": "python3.11", "architecture": "x86_64"}, strict=False)
    layer = Layer(name="deps", spec=spec, source=None, requirements=None)
    path = orders.root / "layer.zip"
    contents = Contents(wheels=orders.wheels, own=[], compiled=Compiled(place=PLACE))
    made = assemble_layer(layer, contents, WheelPool(), path=path)
    modules = [member.path for member in made.members if ".dist-info/" not in member.path]
    assert modules == [f"python/one/{PYC.format('mod')}", "python/one/mod.py"]
    assert content(made, f"python/one/{PYC.format('mod')}") == b"M"
    assert made.bytecode.files == 1
