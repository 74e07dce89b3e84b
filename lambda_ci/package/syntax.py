"""Python's own parser, for one thread at a time.

CPython before 3.13 counts the depth of all trees that are being made in one place: two threads that parse at once can end in a
SystemError ("AST constructor recursion depth mismatch"). Filters of warnings are everybody's as well.
"""

from __future__ import annotations

import ast
import threading
import warnings

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What Python's parser raises for what is no module, or is too much for it."""

_TURN = threading.Lock()


def parsed(source: bytes, path: str = "<unknown>", *, grammar: tuple[int, int] | None = None) -> ast.Module:
    """The module's tree, by the grammar of an older Python where one is named. Raises one of ``UNPARSABLE``."""
    with _TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, path, feature_version=grammar)


def check(module: ast.Module, path: str) -> None:
    """What only compiling finds, such as ``return`` outside a function. Raises one of ``UNPARSABLE``."""
    with _TURN, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(module, path, "exec", dont_inherit=True)
