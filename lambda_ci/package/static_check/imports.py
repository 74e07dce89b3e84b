"""What the handler's module imports in any case, told from the source: a first look, before anything is imported.

Only what certainly runs counts: statements at the top level of the handler's module and of the function's own modules
that those import. Whether an import really fails is for the import check to say, so everything here is a warning.
"""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lambda_ci.model.images import images
from lambda_ci.model.modules import distribution_of, modules
from lambda_ci.package.file import read
from lambda_ci.package.static_check.modules import Kind, tree
from lambda_ci.package.syntax import UNPARSABLE, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.model.settings import Function
    from lambda_ci.package.file import File
    from lambda_ci.package.layers import Beneath
    from lambda_ci.package.static_check.modules import Module, Tree

_LARGEST = 1024 * 1024
"""Bytes of a module that is still looked into."""
_MOST = 500
"""Modules that are followed."""
_CAUGHT = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Import:
    """``import name`` or ``from name import …`` (``level`` dots before it), in this line."""

    name: str
    level: int
    members: tuple[str, ...]
    line: int


@dataclass(frozen=True, kw_only=True)
class _Visit:
    """One of the function's own modules, and who imported it: ``app.py:3``, outermost first."""

    name: str
    module: Module
    wanted_by: tuple[str, ...] = ()


def import_warnings(function: Function, files: Sequence[File], beneath: Beneath) -> tuple[str, ...]:
    """One warning per module that nothing provides, as far as is known; ``beneath``: the layers under the package."""
    package = tree([*beneath.modules, *files], function.spec.target)
    handler = str(function.spec.handler).rpartition(".")[0].replace("/", ".")
    try:
        missing = _missing(handler, package, _known(function))
    except _Unclear:
        return ()
    return tuple(_warning(name, by, function, layers=bool(beneath.unknown)) for name, by in missing.items())


class _Unclear(Exception):
    """The modules change where Python looks for others."""


def _known(function: Function) -> frozenset[str]:
    target = function.spec.target
    if "PYTHONPATH" in function.spec.variables:
        raise _Unclear
    return (images().modules(target) | modules().runtime) - modules().not_built


def _missing(handler: str, package: Tree, known: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The top-level modules that are nowhere, each with the chain of places that want it."""
    waiting = deque(_own(handler, package, ()))
    seen = {visit.name for visit in waiting}
    missing: dict[str, tuple[str, ...]] = {}
    while waiting and len(seen) < _MOST:
        visit = waiting.popleft()
        for one in _imports_of(visit.module, package):
            chain = (*visit.wanted_by, f"{visit.module.path}:{one.line}")
            top, *_ = names = list(_names(one, visit))
            if not one.level and not top.startswith("_") and top not in known and package.find(top) is None:
                missing.setdefault(top, chain)
            for name in names:
                found = [new for new in _own(name, package, chain) if new.name not in seen]
                seen |= {new.name for new in found}
                waiting.extend(found)
    return missing


def _own(name: str, package: Tree, chain: tuple[str, ...]) -> Iterator[_Visit]:
    """The modules of the function itself that importing a dotted name runs: packages first."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        dotted = ".".join(parts[:count])
        found = package.find(dotted)
        if found and found.kind is Kind.SOURCE and not package.files[found.path].source.distribution:
            yield _Visit(name=dotted, module=found, wanted_by=chain)


def _names(one: _Import, visit: _Visit) -> Iterator[str]:
    """What may be modules: the top-level name first, then the module itself and what is taken from it."""
    base = one.name
    if one.level:
        parts = visit.name.split(".")
        kept = len(parts) - one.level + (1 if visit.module.package else 0)
        base = ".".join([*parts[: max(kept, 0)], *([one.name] if one.name else [])])
    yield base.partition(".")[0]
    yield base
    yield from (f"{base}.{member}" for member in one.members)


def _imports_of(module: Module, package: Tree) -> tuple[_Import, ...]:
    file = package.files[module.path]
    return _imports(read(file)) if file.size <= _LARGEST else ()


@lru_cache(maxsize=1024)
def _imports(source: bytes) -> tuple[_Import, ...]:
    """Functions often share modules: each content is parsed once. What cannot be parsed here imports nothing; the handler's
    own module was judged before, and the import check judges the rest."""
    try:
        module = parsed(source)
    except UNPARSABLE:
        return ()
    if any(_changes_the_path(node) for node in ast.walk(module)):
        raise _Unclear
    return tuple(_certain(module.body))


def _changes_the_path(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="path", value=ast.Name(id="sys")) | ast.Attribute(attr="meta_path" | "addsitedir"):
            return True
        case ast.ImportFrom(module="sys", names=aliases):
            return any(alias.name in {"path", "meta_path"} for alias in aliases)
    return False


def _certain(statements: Sequence[ast.stmt]) -> Iterator[_Import]:
    """The imports that run whenever the module does, and whose failure nothing catches."""
    for statement in statements:
        match statement:
            case ast.Import(names=aliases):
                for alias in aliases:
                    yield _Import(name=alias.name, level=0, members=(), line=statement.lineno)
            case ast.ImportFrom(module=name, names=aliases, level=level):
                members = tuple(alias.name for alias in aliases)
                yield _Import(name=name or "", level=level, members=members, line=statement.lineno)
            case ast.With(body=body):
                yield from () if _suppresses(statement) else _certain(body)
            case ast.Try(body=body, handlers=handlers, finalbody=final):
                yield from () if any(map(_catches, handlers)) else _certain(body)
                yield from _certain(final)


def _suppresses(statement: ast.With) -> bool:
    return any(isinstance(item.context_expr, ast.Call) and item.context_expr.args for item in statement.items)


def _catches(handler: ast.ExceptHandler) -> bool:
    named = (
        [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)] if handler.type else ["Exception"]
    )
    return not _CAUGHT.isdisjoint(named)


def _warning(name: str, chain: tuple[str, ...], function: Function, *, layers: bool) -> str:
    *through, place = chain
    wanted = f" (which {' → '.join(through)} imports)" if through else ""
    unless = ", unless one of the layers brings it" if layers else ""
    has = f"neither the package nor {function.spec.runtime} has"
    return f"{place}{wanted} imports {name}, which {has}{unless}: {addition(name)}"


def addition(module: str) -> str:
    """What to add to the dependencies for a module, in words."""
    if module == "lambda_ci":
        return "set `dispatch: true`"
    known = distribution_of(module)
    return (
        f"add {known} to the dependencies" if known else f"add the distribution that has {module} to the dependencies"
    )
