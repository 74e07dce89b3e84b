"""Whether Lambda will find the handler, told from the package alone, by the runtime's own rule.

Source: ``awslambdaric.bootstrap._get_handler``: split at the last dot, ``/`` to ``.`` in the module's name, refuse
built-in modules, import the module, one ``getattr``.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.model.platform import facts
from lambda_ci.package import syntax
from lambda_ci.package.file import read
from lambda_ci.package.static_check.bindings import bindings, definition
from lambda_ci.package.static_check.modules import Kind, Module, Tree, tree
from lambda_ci.package.static_check.suggestions import near, near_attribute, near_module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_ci.model.settings import Function
    from lambda_ci.model.target import Target
    from lambda_ci.package.file import File
    from lambda_ci.package.layers import Beneath


_LARGEST = 1024 * 1024
"""Bytes of a module that is still looked into: it takes seconds beyond that."""


def handler_warnings(function: Function, files: Sequence[File], beneath: Beneath) -> tuple[str, ...]:
    """What is doubtful about the handler. Raises ``PackageError`` where Lambda would certainly not find it."""
    handler = function.spec.handler
    if handler is None:
        raise ValueError("a function without a handler has passed the door")
    module, attribute = _split(handler)
    files = visible(module.partition(".")[0], files, beneath, function.spec.target)
    package = tree(files, function.spec.target)
    _refuse_hidden(handler, module, package)
    found = package.find(module)
    if found is None or found.kind is Kind.NAMESPACE:
        return _missing(function, files, package, found=found, beneath=beneath)
    if found.kind is Kind.BINARY:
        return ()
    file = package.files[found.path]
    if file.size > _LARGEST:
        return (f"{file.path} has {file.size:,} bytes, too many for the handler to be checked",)
    return _attribute_warnings(file, attribute, function.spec.target)


def _split(handler: str) -> tuple[str, str]:
    module, dot, attribute = handler.rpartition(".")
    module = module.replace("/", ".")
    if dot and all(module.split(".")):
        return module, attribute
    raise PackageError(
        f"The handler {handler!r} is not of the form module.function",
        why="Lambda takes what follows the last dot as the function and the rest as a module's name.",
        fix=near(handler.replace(":", ".").replace("..", ".").strip("./"), handler),
    )


def _refuse_hidden(handler: str, module: str, package: Tree) -> None:
    """A module that Python has loaded before the handler's, or prefers to it, hides it."""
    top = module.partition(".")[0]
    first = package.find(top)
    if top in facts().builtin_modules:
        why = "Lambda refuses it (Runtime.BuiltInModuleConflict): Python has a built-in module of that name."
    elif top in facts().preloaded_modules:
        why = "Lambda's runtime has loaded its own module of that name before, and would look for the handler there."
    elif first and first.kind is Kind.NAMESPACE and top in sys.stdlib_module_names:
        why = "The standard library has one too, and Python prefers it to a folder without __init__.py."
    else:
        return
    raise PackageError(f"The handler {handler!r} is in a module named {top!r}", why=why, fix="Rename the module.")


def visible(top: str, files: Sequence[File], beneath: Beneath, target: Target) -> Sequence[File]:
    """Where Python finds a top-level module: in the package, else in the layers; in both where it is a namespace package."""
    if not beneath.modules or _is_regular(tree(files, target).find(top)):
        return files
    if _is_regular(tree(beneath.modules, target).find(top)):
        return beneath.modules
    there = {file.path for file in files}
    return [*files, *(one for one in beneath.modules if one.path.startswith(top + "/") and one.path not in there)]


def _is_regular(module: Module | None) -> bool:
    return module is not None and module.kind is not Kind.NAMESPACE


def _missing(
    function: Function, files: Sequence[File], package: Tree, *, found: Module | None, beneath: Beneath
) -> tuple[str, ...]:
    handler = str(function.spec.handler)
    module = handler.rpartition(".")[0].replace("/", ".")
    where = "neither in the package nor in its layers" if beneath.layers else "not in the package"
    what = f"The handler {handler!r} is {where}: there is no module {module!r}"
    if found:
        what = f"The handler {handler!r} is {where}: {found.path!r} is {found.kind.value}"
    if beneath.unknown:
        return (f"{what}; it must come with one of the layers",)
    raise PackageError(
        what,
        why="Lambda would fail with Runtime.HandlerNotFound."
        if found
        else "Lambda would fail with Runtime.ImportModuleError.",
        fix=near_module(handler, function.source, files=files, package=package),
    )


def _attribute_warnings(file: File, attribute: str, target: Target) -> tuple[str, ...]:
    source = read(file)
    if b"\0" in source:
        raise PackageError(
            f"{file.label} holds NUL bytes: it is not Python source",
            why=f"Python {target.python_version} cannot import the handler's module (Runtime.UserCodeSyntaxError).",
            fix="Save it as UTF-8 text.",
        )
    try:
        module = _parsed(source, file.path, target)
    except SyntaxError as error:
        return _syntax_error(error, file, target)
    except (ValueError, RecursionError, MemoryError) as error:
        return (f"{file.path} could not be checked for the handler: {error}",)
    names = bindings(module)
    if names.complete and attribute not in names.names:
        raise PackageError(
            f"The handler's module {file.path} ({file.label}) has no {attribute!r}",
            why="Lambda would fail with Runtime.HandlerNotFound.",
            fix=near_attribute(attribute, names.names),
        )
    plain = definition(module, attribute) if names.complete else None
    return _signature_warnings(plain, f"{file.path}:{plain.lineno}") if plain else ()


def _parsed(source: bytes, path: str, target: Target) -> ast.Module:
    """Parsed with the target's grammar where this Python is newer, with this Python's otherwise."""
    older = target.python if target.python < sys.version_info[:2] else None
    module = syntax.parsed(source, path, grammar=older)
    syntax.check(module, path)
    return module


def _syntax_error(error: SyntaxError, file: File, target: Target) -> tuple[str, ...]:
    where = ":".join(str(part) for part in (file.label, *_place(error)))
    what = f"{where}: {error.msg}"
    if target.python > sys.version_info[:2] and not _is_wrong_everywhere(error):
        return (
            f"{what} (the handler was not checked: it may be valid for {target.runtime}, which this Python is older than)",
        )
    raise PackageError(
        "\n".join([what, *(f"    {line.strip()}" for line in [error.text or ""] if line.strip())]),
        why=f"Python {target.python_version} cannot import the handler's module (Runtime.UserCodeSyntaxError).",
        fix="Correct the line.",
    )


def _is_wrong_everywhere(error: SyntaxError) -> bool:
    """Whether no version of Python takes it: indentation and encoding have no news, brackets and colons may."""
    return isinstance(error, IndentationError) or "(unicode error)" in error.msg


def _place(error: SyntaxError) -> list[int]:
    """Line and column, as far as they are known."""
    line, column = error.lineno or 0, error.offset or 0
    return [line, *([column] if column > 0 else [])] if line > 0 else []


def _signature_warnings(function: ast.FunctionDef | ast.AsyncFunctionDef, where: str) -> tuple[str, ...]:
    if isinstance(function, ast.AsyncFunctionDef):
        return (f"{where}: the handler is `async`, and Lambda's runtime does not await it",)
    arguments = function.args
    most = len(arguments.posonlyargs) + len(arguments.args)
    least = most - len(arguments.defaults)
    keywords = any(default is None for default in arguments.kw_defaults)
    if least <= 2 and (most >= 2 or arguments.vararg) and not keywords:
        return ()
    return (f"{where}: the handler does not take two positional arguments, and Lambda calls it with (event, context)",)
