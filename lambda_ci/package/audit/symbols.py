"""Whether the runtime's C and C++ libraries are new enough for a binary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.images import images, version
from lambda_ci.model.platform import facts
from lambda_ci.model.target import Architecture, Target
from lambda_ci.package.audit.loader import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambda_ci.model.audit import Binary
    from lambda_ci.model.images import Version
    from lambda_ci.package.audit.loader import Loader

_NUMBERED = re.compile(r"(GLIBC|GLIBCXX|CXXABI|GCC)_(\d{1,6}(?:\.\d{1,6}){1,3})")


@dataclass(frozen=True, kw_only=True)
class TooNew:
    """A version that the image does not have. ``certain`` is false where newer images may, or the package brings it."""

    name: str
    library: str
    has: str
    certain: bool
    runtime: str
    """The oldest runtime that has it; empty where none does."""


def too_new(binary: Binary, loader: Loader, target: Target) -> Iterator[TooNew]:
    """The newest version of each kind that is too new."""
    for prefix, (wanted, library, name) in sorted(_newest(binary, loader).items()):
        sure, newest = _limits(prefix, target)
        if wanted > sure:
            yield TooNew(
                name=name,
                library=library,
                has=f"{prefix}_{'.'.join(map(str, sure))}",
                certain=wanted > newest and library not in loader.names,
                runtime=_runtime(prefix, wanted),
            )


def _newest(binary: Binary, loader: Loader) -> dict[str, tuple[Version, str, str]]:
    newest: dict[str, tuple[Version, str, str]] = {}
    for library, name in binary.symbols:
        found = _NUMBERED.fullmatch(images().marked_versions.get(name, name))
        if found and loader.place(library, binary) is Place.IMAGE:
            one = (version(found[2]), library, name)
            newest[found[1]] = max(newest.get(found[1], one), one)
    return newest


def _limits(prefix: str, target: Target) -> tuple[Version, Version]:
    if prefix == "GLIBC":
        return target.glibc, target.glibc
    return images().image(target).symbols[prefix]


def _runtime(prefix: str, wanted: Version) -> str:
    targets = [Target(name, Architecture.X86_64) for name in facts().runtimes]
    fitting = [target for target in targets if _limits(prefix, target)[0] >= wanted]
    return min(fitting, key=lambda target: target.python).runtime if fitting else ""
