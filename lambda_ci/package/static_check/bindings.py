"""Which names a module has once it is imported, as far as its source tells."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_NAMESPACES = {"globals", "locals", "vars", "exec"}


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """``complete`` is false where the module may have names that its source does not show."""

    names: frozenset[str]
    complete: bool


def bindings(module: ast.Module) -> Bindings:
    """The module's names: what its top level binds, and what functions declare ``global``."""
    names = set(_bound(module.body))
    names.update(name for node in ast.walk(module) if isinstance(node, ast.Global) for name in node.names)
    complete = names.isdisjoint({"*", "__getattr__"}) and not any(map(_is_dynamic, ast.walk(module)))
    return Bindings(names=frozenset(names - {"*"}), complete=complete)


def definition(module: ast.Module, name: str) -> _Function | None:
    """The plain function that the name stands for in the end: the last to bind it, and not decorated."""
    last = None
    for statement in module.body:
        if name in _bound([statement]):
            last = statement
    return last if isinstance(last, _Function) and not last.decorator_list else None


def _is_dynamic(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[]) if name in _NAMESPACES:
            return True
        case ast.Call(func=ast.Name(id="exec")) | ast.Attribute(attr="modules" | "__dict__"):
            return True
    return False


def _bound(nodes: list[ast.stmt]) -> Iterator[str]:
    waiting: list[ast.AST] = list(nodes)
    while waiting:
        node = waiting.pop()
        yield from _names(node)
        waiting.extend(_inside(node))


def _names(node: ast.AST) -> Iterator[str]:
    """The names that one node binds itself; ``*`` for names that cannot be known."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.Import(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name for alias in aliases)
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes in the same scope that an import executes."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from node.decorator_list
        case ast.Lambda() | ast.AnnAssign(value=None):
            return
        case ast.If(test=test, orelse=otherwise) if _never_on_lambda(test):
            yield from otherwise
        case _ if isinstance(node, _Comprehension):
            yield from (inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        case _:
            yield from ast.iter_child_nodes(node)


def _never_on_lambda(test: ast.expr) -> bool:
    """``if TYPE_CHECKING`` and ``if __name__ == "__main__"``."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return True
    return False
