"""Own modules with names that Python or Lambda's runtime already use."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambda_ci.package.file import File

_NEVER_IMPORTED = {"test"}
"""CPython's own tests: nobody misses them."""


def shadow_warnings(files: Sequence[File]) -> tuple[str, ...]:
    """One warning for each top-level module of the function that hides another, or is hidden by it."""
    own = sorted(set(_top_modules(files)))
    return tuple(warning for name, path in own if (warning := _warning(name, path)))


def _top_modules(files: Sequence[File]) -> Iterator[tuple[str, str]]:
    for file in files:
        name, _, rest = file.path.partition("/")
        if not file.source.distribution and (rest == "__init__.py" or (not rest and name.endswith(".py"))):
            yield name.removesuffix(".py"), file.path


def _warning(name: str, path: str) -> str:
    if name in facts().builtin_modules | facts().preloaded_modules:
        return f"{path} can never be imported: Lambda's runtime has loaded another module named {name!r} before"
    if name in facts().runtime_modules:
        return f"{path} has the name of a module of Lambda's runtime, which may get yours instead of its own"
    if name in sys.stdlib_module_names - _NEVER_IMPORTED:
        return f"{path} hides the module {name!r} of the standard library from everything in the package"
    return ""
