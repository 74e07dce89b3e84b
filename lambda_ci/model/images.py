"""What Lambda's images carry: libraries, versions of their symbols, distributions, the standard library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_ci.model.target import Target

Version = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Image:
    """One operating system of Lambda. ``symbols``: by prefix, the newest version in every image and in the newest one."""

    libraries: frozenset[str]
    """Always there."""
    usual: frozenset[str]
    """Seen in AWS's images, and promised by nobody."""
    symbols: Mapping[str, tuple[Version, Version]]


@dataclass(frozen=True, kw_only=True)
class Images:
    """``images.json``, typed."""

    by_os: Mapping[str, Image]
    search_path: tuple[str, ...]
    """Folders of the package in LD_LIBRARY_PATH."""
    marked_versions: Mapping[str, str]
    """Version names without a number, and the numbered one that stands for them."""
    optional: Mapping[str, frozenset[str]]
    """By distribution, libraries (without ``.so`` and version) that it does without."""
    instead: Mapping[str, str]
    """Distributions with one that needs fewer libraries."""
    distributions: frozenset[str]
    standard_library: Mapping[str, frozenset[str]]
    """By version of Python."""

    def image(self, target: Target) -> Image:
        """That of the newest known runtime where this one is unknown."""
        runtimes = facts().runtimes
        known = runtimes.get(target.runtime) or runtimes[facts().newest_runtime]
        return self.by_os[known.os]

    def modules(self, target: Target) -> frozenset[str]:
        """The public top-level modules of the target's standard library."""
        newest = max(self.standard_library, key=version)
        return self.standard_library.get(target.python_version, self.standard_library[newest])


@cache
def images() -> Images:
    """Read ``images.json`` once."""
    raw: dict[str, Any] = json.loads(Path(__file__).with_name("images.json").read_text("utf-8"))
    modules = raw["standard-library"]
    return Images(
        by_os={name: _image(entry) for name, entry in raw["images"].items()},
        search_path=tuple(raw["search-path"]),
        marked_versions=raw["marked-versions"],
        optional={name: frozenset(libraries) for name, libraries in raw["optional"].items()},
        instead=raw["instead"],
        distributions=frozenset(raw["distributions"]),
        standard_library={
            name: frozenset(modules["always"]) | frozenset(besides) for name, besides in modules["besides"].items()
        },
    )


def version(text: str) -> Version:
    """``3.4.29`` → ``(3, 4, 29)``."""
    return tuple(int(part) for part in text.split("."))


def _image(entry: dict[str, Any]) -> Image:
    return Image(
        libraries=frozenset(entry["libraries"]),
        usual=frozenset(entry["usual"]),
        symbols={prefix: (version(sure), version(newest)) for prefix, (sure, newest) in entry["symbols"].items()},
    )
