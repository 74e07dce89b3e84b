"""Extension modules by their file names: which Python, on which machine, imports them. Source: PEP 3149 and PEP 384."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambda_ci.model.audit import Binary
    from lambda_ci.model.target import Target

_TAG = re.compile(r"abi3t?|(?:cpython|pypy|graalpy)-?\d.*")
_CPYTHON = re.compile(r"cpython-(\d)(\d+)([a-z]*)(?:-(.+))?")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """``stem`` is the module's path without any suffix, ``tag`` what stands before ``.so``; empty for a plain ``.so``."""

    stem: str
    tag: str

    def fits(self, target: Target) -> bool:
        """Whether the target's Python looks at the file at all."""
        return self.tag in _tags(target)

    def has_sibling(self, paths: Collection[str], target: Target) -> bool:
        """Whether the target's Python finds the same module in another file."""
        suffixes = [f".{tag}.so" if tag else ".so" for tag in _tags(target)] + [".py", "/__init__.py"]
        return any(self.stem + suffix in paths for suffix in suffixes)

    def built_for(self, target: Target) -> str:
        """For people."""
        found = _CPYTHON.fullmatch(self.tag)
        if not found:
            return f"another kind of Python ({self.tag})"
        major, minor, flags, platform = found.groups()
        words = f"Python {major}.{minor}" + (" without the GIL" if "t" in flags else "")
        expected = f"{target.architecture.machine}-linux-gnu"
        return words + (f" on {platform}" if platform and platform != expected else "")

    def runtime(self) -> str:
        """The runtime whose Python it is for; empty where there is none."""
        found = _CPYTHON.fullmatch(self.tag)
        name = f"python{found[1]}.{found[2]}" if found and not found[3] else ""
        return name if name in facts().runtimes else ""


def extension(binary: Binary) -> Extension | None:
    """``None`` for what is no extension module: a plain ``.so`` is one only if it has a module's entry point."""
    folder, slash, name = binary.path.rpartition("/")
    if not name.endswith(".so"):
        return None
    stem, _, tag = name.removesuffix(".so").partition(".")
    if (not tag and binary.module) or _TAG.fullmatch(tag):
        return Extension(stem=folder + slash + stem, tag=tag)
    return None


def _tags(target: Target) -> tuple[str, ...]:
    own = f"cpython-{target.python[0]}{target.python[1]}-{target.architecture.machine}-linux-gnu"
    return own, "abi3", ""
