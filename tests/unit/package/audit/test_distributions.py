from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.model.images import images
from lambda_ci.model.platform import facts
from lambda_ci.model.target import Architecture, Target
from tests.fakes.audited import ANY

if TYPE_CHECKING:
    from tests.fakes.audited import Audited


@pytest.mark.parametrize("path", ["dataclasses.py", "typing.py", "asyncio/__init__.py", "queue.cpython-311-darwin.so"])
def test_a_distribution_that_hides_the_standard_library_is_a_warning(audited: Audited, path: str) -> None:
    audited.wheel("backport", {path: b""}, tag=ANY)
    [warning] = audited.warnings()
    name = path.partition("/")[0].partition(".")[0]
    assert warning == (
        f"{path} (backport): hides the module {name!r} of python3.11's standard library from everything in the package. "
        f"Remove backport from the dependencies: python3.11 has {name!r} itself."
    )


@pytest.mark.parametrize("path", ["enum.py", "json/__init__.py", "test/__init__.py", "demo/typing.py", "simplejson.py"])
def test_what_is_never_imported_from_the_package_hides_nothing(audited: Audited, path: str) -> None:
    audited.wheel("demo", {path: b""}, tag=ANY)
    assert audited.warnings() == ()


def test_a_module_that_the_runtimes_python_no_longer_has_may_come_from_a_distribution(audited: Audited) -> None:
    audited.wheel("legacy-cgi", {"cgi.py": b""}, tag=ANY)
    assert "cgi.py (legacy-cgi): hides the module 'cgi'" in audited.warnings()[0]
    audited.project.spec["runtime"] = "python3.13"
    assert audited.warnings() == ()


def test_a_module_of_the_runtime_in_a_distribution_is_a_warning(audited: Audited) -> None:
    audited.wheel("bootstrap", {"bootstrap.py": b""}, tag=ANY)
    [warning] = audited.warnings()
    assert "has the name of a module of Lambda's runtime (bootstrap)" in warning


def test_a_declared_dependency_that_is_not_there_is_a_warning_that_names_who_wants_it(audited: Audited) -> None:
    audited.wheel("demo", {"demo.py": b""}, tag=ANY, requires=["Some.Thing>=2", "other"])
    audited.wheel("other", {"other.py": b""}, tag=ANY, requires=["some_thing[fast]"])
    assert audited.warnings() == ("demo and other need some-thing, which is not in the package",)


@pytest.mark.parametrize(
    "requirement",
    [
        "demo",
        "boto3>=1.30",
        "python-dateutil",
        'extra-thing; extra == "fast"',
        'extra-thing; python_version < "3.8" and extra == "fast"',
        'windows-thing; sys_platform == "win32"',
        'old-thing; python_version < "3.11"',
        'arm-thing; platform_machine == "aarch64"',
        'odd-thing; extra != ""',
        "vendored-thing",
        "this is no requirement",
    ],
)
def test_what_is_there_or_does_not_apply_is_not_missing(audited: Audited, requirement: str) -> None:
    audited.project.write("vendored_thing/__init__.py")
    audited.wheel("demo", {"demo.py": b""}, tag=ANY, requires=[requirement])
    assert audited.warnings() == ()


@pytest.mark.parametrize(
    "marker", ['python_version >= "3.11"', 'platform_machine == "x86_64"', 'extra == "x" or os_name == "posix"']
)
def test_markers_are_those_of_the_runtime(audited: Audited, marker: str) -> None:
    audited.wheel("demo", {"demo.py": b""}, tag=ANY, requires=[f"thing; {marker}"])
    assert audited.warnings() == ("demo needs thing, which is not in the package",)


def test_a_missing_dependency_may_come_with_a_layer(audited: Audited) -> None:
    audited.project.spec["layers"] = ("arn:aws:lambda:eu-west-1:123456789012:layer:libs:1",)
    audited.wheel("demo", {"demo.py": b""}, tag=ANY, requires=["thing"])
    [warning] = audited.warnings()
    assert "must come with one of the layers" in warning


@pytest.mark.parametrize("runtime", facts().runtimes)
def test_every_runtime_has_an_image_and_a_standard_library(runtime: str) -> None:
    target = Target(runtime, Architecture.X86_64)
    assert "libc.so.6" in images().image(target).libraries
    assert not images().image(target).libraries & images().image(target).usual
    assert {"typing", "asyncio"} < images().modules(target)


def test_the_standard_library_of_an_unknown_python_is_the_newest_known() -> None:
    assert "compression" in images().modules(Target("python3.99", Architecture.X86_64))
