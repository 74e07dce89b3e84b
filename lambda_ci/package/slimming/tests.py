"""The rule ``tests``: test code below the top folder of a distribution.

Only folders that are called ``tests``, or ``test`` where they hold test modules (``django.test`` is no test code); never
``testing``, which is a library's help for the tests of others and is imported at run time (numpy, SciPy's array API). A folder
that other code imports stays, without its test modules.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from lambda_ci.package.file import read
from lambda_ci.package.slimming.mentions import TESTS, imported_tests, is_test_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambda_ci.package.file import File
    from lambda_ci.package.slimming.distribution import Distribution

_MODULES = ("test_*.py", "*_test.py", "tests.py", "conftest.py")


def unneeded(distribution: Distribution) -> set[str]:
    """The paths to leave out."""
    code = [file for file in distribution.removable if is_test_code(file.path)]
    folders: dict[str, list[File]] = {}
    for file in code:
        folders.setdefault(_folder(file.path), []).append(file)
    tests = {folder: files for folder, files in folders.items() if not folder or _holds_tests(folder, files)}
    dropped = {file.path for files in tests.values() for file in files}
    return dropped - _imported(distribution, tests)


def _imported(distribution: Distribution, tests: dict[str, list[File]]) -> set[str]:
    """What stays of test code because other code imports it, or imports what imports it."""
    kept: set[str] = set()
    waiting = list(distribution.mentions.tests) if tests else []
    while waiting:
        module = waiting.pop()
        for path in _used(module, tests) - kept:
            kept.add(path)
            if path.endswith(".py"):
                file = next(file for file in tests[_folder(path)] if file.path == path)
                waiting.extend(imported_tests(path, read(file)))
    return kept


def _used(module: str, tests: dict[str, list[File]]) -> set[str]:
    folder = _folder(module + "/__init__.py")
    files = tests.get(folder, [])
    exact = {f"{module}.py", f"{module}/__init__.py"}
    found = {file.path for file in files if file.path in exact}
    if not found and module != folder:
        return set()
    return found | {file.path for file in files if not _is_test_module(file.path)}


def _folder(path: str) -> str:
    """The uppermost folder for tests that a file is in; empty for a ``conftest.py`` in another one."""
    folders = path.split("/")[:-1]
    depth = next((index for index, folder in enumerate(folders) if index and folder in TESTS), None)
    return "" if depth is None else "/".join(folders[: depth + 1])


def _holds_tests(folder: str, files: Sequence[File]) -> bool:
    return folder.endswith("/tests") or any(_is_test_module(file.path) for file in files)


def _is_test_module(path: str) -> bool:
    name = path.rpartition("/")[2]
    stem = name.partition(".")[0]
    candidates: Iterable[str] = (name, f"{stem}.py") if name.endswith(".pyc") else (name,)
    return any(fnmatch.fnmatchcase(candidate, pattern) for candidate in candidates for pattern in _MODULES)
