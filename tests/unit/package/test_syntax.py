"""Modules are parsed by several threads of one run."""

from __future__ import annotations

import ast
import gc
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from lambda_ci.package.syntax import check, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = b"x = [" + b"(1, [2, {3: 4}]), " * 400 + b"]\n"


class Litter:
    """Garbage whose end runs Python, within whatever made the collector start."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        for _ in range(50):
            pass


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change places, and garbage is collected, as often as can be."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(10, 2, 2)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("restless")
def test_threads_that_parse_at_once_do_not_disturb_each_other() -> None:
    """CPython before 3.13 ends some of these with SystemError when nobody keeps them apart."""
    trees: list[ast.Module] = []

    def work() -> None:
        for _ in range(8):
            for _ in range(50):
                Litter()
            trees.append(parsed(SOURCE))

    crew = [threading.Thread(target=work) for _ in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(60)
    assert len(trees) == 32
    assert {len(list(ast.walk(tree))) for tree in trees} == {len(list(ast.walk(ast.parse(SOURCE))))}


def test_a_warning_of_the_parser_is_not_shown_and_filters_stay() -> None:
    module = parsed(b'x = "\\d"\n', "app.py")
    check(module, "app.py")
    with pytest.raises(SyntaxError):
        parsed(b"match x:\n    case 1: pass\n", grammar=(3, 9))
    with pytest.raises(SyntaxError, match="outside function"):
        check(parsed(b"return 1\n"), "app.py")
