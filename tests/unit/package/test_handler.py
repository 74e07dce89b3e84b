"""The handler, judged from the package alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.elf import elf
from tests.fakes.project import HANDLER

if TYPE_CHECKING:
    from tests.fakes.project import Project


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        ("app.handler", "app.py"),
        ("app.handler", "app/__init__.py"),
        ("pkg.app.handler", "pkg/app.py"),
        ("pkg/app.handler", "pkg/app.py"),
        ("pkg/sub.app.handler", "pkg/sub/app.py"),
        ("my-functions/order-api.handler", "my-functions/order-api.py"),
        ("lambda_function.lambda_handler", "lambda_function.py"),
    ],
)
def test_handlers_are_found_as_the_runtime_finds_them(project: Project, handler: str, path: str) -> None:
    project.write(path, HANDLER + "lambda_handler = handler\n")
    project.spec["handler"] = handler
    assert project.assemble().warnings == ()


@pytest.mark.parametrize(
    "path", ["app.so", "app.abi3.so", "app.cpython-311-x86_64-linux-gnu.so", "app/__init__.so", "app.pyc"]
)
def test_binary_modules_are_accepted(project: Project, path: str) -> None:
    project.write(".lambdaignore", "!*.pyc\n")
    project.write(path, elf(symbols=["PyInit_app"]))
    assert project.assemble().warnings == ()


@pytest.mark.parametrize(
    "path", ["app.cpython-312-x86_64-linux-gnu.so", "app.cpython-311-aarch64-linux-gnu.so", "app.pyd"]
)
def test_modules_for_another_python_are_not(project: Project, path: str) -> None:
    project.write(path, b"\x7fELF")
    assert "no module 'app'" in project.refusal()


def test_a_handler_may_be_in_a_wheel(project: Project) -> None:
    project.wheel("framework", {"framework/__init__.py": b"", "framework/lambdas.py": HANDLER.encode()})
    project.spec["handler"] = "framework.lambdas.handle"
    assert "framework/lambdas.py (framework-1.0-py3-none-any.whl) has no 'handle'" in project.refusal()
    project.spec["handler"] = "framework.lambdas.handler"
    assert project.assemble().warnings == ()


@pytest.mark.parametrize(
    ("handler", "advice"),
    [
        ("handler", "MODULE.FUNCTION"),
        ("app:handler", "Did you mean 'app.handler'?"),
        ("./app.handler", "Did you mean 'app.handler'?"),
        ("/app.handler", "Did you mean 'app.handler'?"),
        (".handler", "MODULE.FUNCTION"),
        ("app..handler", "Did you mean 'app.handler'?"),
    ],
)
def test_malformed_handlers_are_explained(orders: Project, handler: str, advice: str) -> None:
    orders.spec["handler"] = handler
    message = orders.refusal()
    assert f"{handler!r} is not of the form" in message
    assert advice in message


@pytest.mark.parametrize(
    ("handler", "advice"),
    [
        ("ap.handler", "Did you mean app.handler?"),
        ("source.app.handler", "Did you mean app.handler?"),
        ("inner.handler", "deep/inner exists: write deep.inner.handler, or `source: deep`"),
        ("hidden.handler", "hidden.py exists, but .lambdaignore"),
        ("zzzzzz.handler", "The function's own modules are: app, "),
        ("app.py.handler", "Did you mean"),
    ],
)
def test_a_missing_module_comes_with_advice(orders: Project, handler: str, advice: str) -> None:
    orders.write("deep/inner.py", HANDLER)
    orders.write("hidden.py", HANDLER)
    orders.write(".lambdaignore", "hidden.py\n")
    orders.spec["handler"] = handler
    message = orders.refusal()
    assert "Runtime.ImportModuleError" in message
    assert advice in message


def test_a_function_without_any_module_is_told_so(project: Project) -> None:
    project.write("readme.txt", "")
    assert "no Python file of its own" in project.refusal()


def test_a_folder_without_init_is_no_handler_module(orders: Project) -> None:
    orders.write("folder/x.py")
    orders.spec["handler"] = "folder.handler"
    assert "'folder' is a folder without __init__.py" in orders.refusal()


def test_a_module_is_no_folder(orders: Project) -> None:
    orders.write("pkg.py")
    orders.write("pkg/app.py", HANDLER)
    orders.spec["handler"] = "pkg.app.handler"
    assert "no module 'pkg.app'" in orders.refusal()


def test_a_module_that_is_missing_may_be_in_a_layer(orders: Project) -> None:
    orders.spec["layers"] = ("arn:aws:lambda:eu-west-1:123456789012:layer:wrapper:1",)
    orders.spec["handler"] = "app.handle"
    assert "has no 'handle'" in orders.refusal()
    orders.spec["handler"] = "wrapper.handler"
    (warning,) = orders.assemble().warnings
    assert "must come with one of the layers" in warning


@pytest.mark.parametrize(
    ("attribute", "advice"),
    [
        ("handlr", "Did you mean 'handler'?"),
        ("main", "It has handler, other."),
        ("Class.method", "no module 'app.Class'"),
    ],
)
def test_a_missing_attribute_comes_with_advice(project: Project, attribute: str, advice: str) -> None:
    project.write("app.py", HANDLER + "other = _private = 1\n")
    project.spec["handler"] = f"app.{attribute}"
    assert advice in project.refusal()


def test_an_empty_module_has_no_handler(project: Project) -> None:
    project.write("app.py", "")
    assert "It defines no names." in project.refusal()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sys", "BuiltInModuleConflict"),
        ("time", "BuiltInModuleConflict"),
        ("json", "loaded its own module"),
        ("types", "loaded its own module"),
        ("awslambdaric", "loaded its own module"),
        ("simplejson", "loaded its own module"),
    ],
)
def test_modules_that_the_runtime_has_already_are_refused(project: Project, name: str, why: str) -> None:
    project.write(f"{name}.py", HANDLER)
    project.spec["handler"] = f"{name}.handler"
    assert why in project.refusal()


def test_a_folder_without_init_loses_against_the_standard_library(project: Project) -> None:
    project.write("code/app.py", HANDLER)
    project.spec["handler"] = "code/app.handler"
    assert "Python prefers it to a folder without __init__.py" in project.refusal()
    project.write("code/__init__.py", "")
    (warning,) = project.assemble().warnings
    assert "code/__init__.py hides the module 'code' of the standard library" in warning


def test_a_handler_named_like_a_module_that_is_not_loaded_yet_works_with_a_warning(project: Project) -> None:
    project.write("calendar.py", HANDLER)
    project.spec["handler"] = "calendar.handler"
    (warning,) = project.assemble().warnings
    assert "calendar.py hides the module 'calendar'" in warning


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("logging.py", "can never be imported"),
        ("random/__init__.py", "hides the module 'random'"),
        ("bootstrap.py", "name of a module of Lambda's runtime"),
    ],
)
def test_own_modules_that_hide_others_are_a_warning(orders: Project, path: str, text: str) -> None:
    orders.write(path, "")
    (warning,) = orders.assemble().warnings
    assert path in warning
    assert text in warning


@pytest.mark.parametrize("path", ["pkg/json.py", "random/x.py", "test/__init__.py", "json.txt"])
def test_what_hides_nothing_is_no_warning(orders: Project, path: str) -> None:
    orders.write(path, "")
    assert orders.assemble().warnings == ()
