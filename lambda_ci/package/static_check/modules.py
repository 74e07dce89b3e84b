"""Where Python finds a module in a package, by the rules of ``importlib`` on the runtime."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambda_ci.model.target import Target
    from lambda_ci.package.file import File


class Kind(Enum):
    SOURCE = ".py"
    BINARY = "an extension module or bytecode"
    NAMESPACE = "a folder without __init__.py"


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module that was found. ``path`` is its file's, or the folder's for a namespace package."""

    path: str
    kind: Kind
    package: bool


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The files of a package as an import sees them."""

    files: Mapping[str, File]
    folders: frozenset[str]
    suffixes: tuple[str, ...]

    def find(self, module: str) -> Module | None:
        """The module with this dotted name, or ``None``: each name before the last must be a package."""
        found, folder = None, ""
        for name in module.split("."):
            if found and not found.package:
                return None
            found = self._entry(folder + name)
            if not found:
                return None
            folder += name + "/"
        return found

    def _entry(self, path: str) -> Module | None:
        """Packages come before modules, and folders without ``__init__`` last (``importlib.machinery.FileFinder``)."""
        for stem, package in ((f"{path}/__init__", True), (path, False)):
            for suffix in self.suffixes:
                if stem + suffix in self.files:
                    kind = Kind.SOURCE if suffix == ".py" else Kind.BINARY
                    return Module(path=stem + suffix, kind=kind, package=package)
        return Module(path=path, kind=Kind.NAMESPACE, package=True) if path in self.folders else None


def tree(files: Sequence[File], target: Target) -> Tree:
    """The files as the target's Python sees them."""
    extension = f".cpython-{target.python[0]}{target.python[1]}-{target.architecture.machine}-linux-gnu.so"
    by_path = {file.path: file for file in files}
    return Tree(files=by_path, folders=_folders(by_path), suffixes=(extension, ".abi3.so", ".so", ".py", ".pyc"))


def module_name(path: str) -> str:
    """``pkg/app.py`` and ``pkg/app/__init__.py`` → ``pkg.app``; empty for what is no Python source."""
    if not path.endswith(".py"):
        return ""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _folders(paths: Iterable[str]) -> frozenset[str]:
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(folders)
