"""What the user may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.package.static_check.modules import module_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from lambda_ci.package.file import File
    from lambda_ci.package.static_check.modules import Tree

_SHOWN = 5


def near(handler: str, original: str) -> str:
    """Another spelling of a handler, if it is one."""
    module, dot, attribute = handler.rpartition(".")
    if dot and module and attribute and handler != original:
        return f"Did you mean {handler!r}?"
    return "Write it as MODULE.FUNCTION, for example app.handler for the function `handler` in app.py."


def near_module(handler: str, source: Path, *, files: Sequence[File], package: Tree) -> str:
    """Where the handler's module may be, or what it may be called."""
    module, _, attribute = handler.replace("/", ".").rpartition(".")
    own = [name for file in files if not file.source.distribution and (name := module_name(file.path))]
    relative = module.replace(".", "/")
    for path in (f"{relative}.py", f"{relative}/__init__.py"):
        if (source / path).is_file() and path not in package.files:
            return f"{source / path} exists, but .lambdaignore, `exclude` or a default pattern leaves it out."
    deeper = next((name for name in own if name.endswith(f".{module}")), "")
    if deeper:
        folder = deeper.removesuffix(f".{module}").replace(".", "/")
        return f"{folder}/{relative} exists: write {deeper}.{attribute}, or `source: {(source / folder).name}` with this handler."
    return _alike(module, attribute, own)


def near_attribute(attribute: str, names: Collection[str]) -> str:
    """Names of the module like the one that is missing."""
    from difflib import get_close_matches

    alike = get_close_matches(attribute, sorted(names), n=1)
    public = sorted(name for name in names if not name.startswith("_"))[:_SHOWN]
    if alike:
        return f"Did you mean {alike[0]!r}?"
    return f"It has {', '.join(public)}." if public else "It defines no names."


def _alike(module: str, attribute: str, own: Sequence[str]) -> str:
    shorter = module
    while "." in shorter:
        _, _, shorter = shorter.partition(".")
        if shorter in own:
            return (
                f"Did you mean {shorter}.{attribute}? The package has what is inside `source`, not that folder itself."
            )
    from difflib import get_close_matches

    if alike := get_close_matches(module, own, n=1):
        return f"Did you mean {alike[0]}.{attribute}?"
    shown = ", ".join(sorted(own, key=lambda name: (name.count("."), name))[:_SHOWN])
    return (
        f"The function's own modules are: {shown}."
        if shown
        else "The function has no Python file of its own: check `source`."
    )
