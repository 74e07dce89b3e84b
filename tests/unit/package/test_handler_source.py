"""What the source of the handler's module tells before anything is imported."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import pytest

from lambda_ci.errors import PackageError
from tests.fakes.project import HANDLER

if TYPE_CHECKING:
    from tests.fakes.project import Project


def test_a_syntax_error_is_shown_with_its_place_and_line(project: Project) -> None:
    path = project.write("app.py", "import os\ndef handler(event, context)\n    return 1\n")
    message = project.refusal()
    assert f"{path}:2:" in message
    assert "expected ':'" in message
    assert "    def handler(event, context)" in message


@pytest.mark.parametrize(
    "source",
    ["return 1\n", "\ttry:\n", "x = '", "\0", "# -*- coding: nonsense -*-\n", b"\xff\xfe", "def f():\n  nonlocal x\n"],
)
def test_every_kind_of_broken_module_is_a_clear_error(project: Project, source: str | bytes) -> None:
    path = project.write("app.py", source)
    message = project.refusal()
    assert message.startswith(str(path))
    assert "Python 3.11 cannot import the handler's module" in message


def test_source_in_another_encoding_is_read_as_python_reads_it(project: Project) -> None:
    project.write("app.py", "# coding: latin-1\nname = 'é'\n".encode("latin-1") + HANDLER.encode())
    assert project.assemble().warnings == ()


@pytest.mark.parametrize("source", ["\0", b"x = '\xfc'\n", "def handler(event, context):\nreturn 1\n"])
def test_what_no_python_takes_is_refused_also_for_a_newer_one(project: Project, source: str | bytes) -> None:
    path = project.write("app.py", source)
    project.spec["runtime"] = "python3.99"
    assert project.refusal().startswith(str(path))


def test_a_module_too_large_to_be_looked_into_is_a_warning(project: Project) -> None:
    project.write("app.py", HANDLER + "x = 1\n" * 200_000)
    (warning,) = project.assemble().warnings
    assert "too many for the handler to be checked" in warning


@pytest.mark.parametrize(
    "source", ["x = " + "-" * 50_000 + "1\n", "x = " + "(" * 5000 + ")" * 5000, "x = 1" + " + 1" * 50_000]
)
def test_source_nested_too_deeply_for_this_python_is_not_judged_by_a_crash(project: Project, source: str) -> None:
    project.write("app.py", HANDLER + source)
    with contextlib.suppress(PackageError):
        assert len(project.assemble().warnings) <= 1


def test_syntax_newer_than_the_target_is_refused(project: Project) -> None:
    project.write("app.py", "match 1:\n    case 1:\n        pass\n" + HANDLER)
    project.spec["runtime"] = "python3.9"
    assert "Python 3.9 cannot import" in project.refusal()
    project.spec["runtime"] = "python3.10"
    assert project.assemble().warnings == ()


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python is the newest")
def test_syntax_that_only_a_newer_python_may_know_is_a_warning(project: Project) -> None:
    project.write("app.py", "def handler(event, context) := 1\n")
    project.spec["runtime"] = "python3.15"
    (warning,) = project.assemble().warnings
    assert "may be valid for python3.15" in warning


@pytest.mark.parametrize(
    "definition",
    [
        "def handler():",
        "def handler(event):",
        "def handler(a, b, c):",
        "def handler(a, b, *, c):",
        "def handler(*, a, b):",
    ],
)
def test_a_handler_that_cannot_be_called_with_event_and_context_is_a_warning(project: Project, definition: str) -> None:
    project.write("app.py", f"{definition}\n    return 1\n")
    (warning,) = project.assemble().warnings
    assert "app.py:1: the handler does not take two positional arguments" in warning


@pytest.mark.parametrize(
    "source",
    [
        "def handler(event, context=None): ...",
        "def handler(*args): ...",
        "def handler(event, *rest): ...",
        "def handler(a, b, c=1, *, d=2, **e): ...",
        "def handler(a, /, b): ...",
        "@wrap\ndef handler(): ...",
        "def handler(): ...\nhandler = wrap(handler)",
        "class handler:\n    def __init__(self, event, context): ...",
    ],
)
def test_other_signatures_are_fine(project: Project, source: str) -> None:
    project.write("app.py", source + "\n")
    assert project.assemble().warnings == ()


def test_an_async_handler_is_a_warning(project: Project) -> None:
    project.write("app.py", "async def handler(event, context):\n    return 1\n")
    (warning,) = project.assemble().warnings
    assert "does not await it" in warning
