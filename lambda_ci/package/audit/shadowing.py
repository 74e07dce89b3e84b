"""Distributions whose modules have names of the standard library or of Lambda's runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.model.audit import Finding
from lambda_ci.model.images import images
from lambda_ci.model.platform import facts
from lambda_ci.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.model.target import Target
    from lambda_ci.package.audit.group import Group

_NEVER_IMPORTED = {"test"}
"""CPython's own tests: nobody misses them."""


def shadowing(group: Group, target: Target) -> Iterator[Finding]:
    """Warnings, but not for what the runtime has loaded before: there the distribution only takes room."""
    hidden = facts().preloaded_modules | facts().builtin_modules | _NEVER_IMPORTED
    for name, path in sorted(_modules(group).items()):
        if name in hidden:
            continue
        if name in facts().runtime_modules:
            what = f"has the name of a module of Lambda's runtime ({name}), which may get it instead of its own"
        elif name in images().modules(target):
            what = f"hides the module {name!r} of {target.runtime}'s standard library from everything in the package"
        else:
            continue
        yield Finding(
            level=Severity.WARNING,
            path=path,
            distribution=group.distribution,
            wheel=group.wheel,
            what=what,
            fix=f"Remove {group.distribution} from the dependencies: {target.runtime} has {name!r} itself",
        )


def _modules(group: Group) -> dict[str, str]:
    """The file of each top-level module."""
    modules: dict[str, str] = {}
    for path in group.files:
        top, _, rest = path.partition("/")
        if rest == "__init__.py":
            modules.setdefault(top, path)
        elif not rest and top.endswith((".py", ".so")):
            modules.setdefault(top.partition(".")[0], path)
    return modules
