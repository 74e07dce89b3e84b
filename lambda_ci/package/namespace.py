"""``__init__.py`` files that do nothing but share a package between distributions.

Several wheels may bring one each, worded differently; in one folder any of them will do.
https://packaging.python.org/en/latest/guides/packaging-namespace-packages/
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lambda_ci.package.file import read
from lambda_ci.package.syntax import UNPARSABLE, parsed

if TYPE_CHECKING:
    from lambda_ci.package.file import File

_LONGEST = 1 << 14
_HARMLESS = (ast.Import, ast.ImportFrom, ast.Pass)


def preferred(one: File, other: File) -> File | None:
    """Which of two ``__init__.py`` files to keep; ``None`` unless both only declare a namespace.

    One that extends its path is preferred, because it finds parts of the package in layers as well.
    """
    if not one.path.endswith("/__init__.py") or max(one.size, other.size) > _LONGEST:
        return None
    first, second = read(one), read(other)
    if not (declares_namespace(first) and declares_namespace(second)):
        return None
    return other if _rank(second) > _rank(first) else one


def _rank(content: bytes) -> tuple[bool, bytes]:
    """The content decides between equals, so that the order of the sources does not."""
    return b"extend_path" in content, content


def declares_namespace(source: bytes) -> bool:
    """Whether a module holds nothing but comments, strings and the declaration of a namespace package."""
    try:
        tree = parsed(source)
    except UNPARSABLE:
        return False
    return all(map(_declares, tree.body))


def _declares(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
        case (
            ast.ImportFrom(module="pkgutil" | "pkg_resources")
            | ast.Import(names=[ast.alias(name="pkgutil" | "pkg_resources")])
        ):
            return True
        case ast.Assign(targets=[ast.Name(id="__path__")]):
            return "extend_path" in ast.unparse(statement)
        case ast.Expr(value=ast.Call()):
            return "declare_namespace(__name__)" in ast.unparse(statement)
        case ast.Try():
            inner = [*statement.body, *statement.orelse, *statement.finalbody]
            return all(map(_declares, [*inner, *(one for handler in statement.handlers for one in handler.body)]))
    return False
